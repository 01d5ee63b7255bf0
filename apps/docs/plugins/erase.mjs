// Types of a program, blanked: each line and column of the JavaScript is where it was.
import blank from 'ts-blank-space'

/** The JavaScript of a program, or what can't be erased in it. */
export const erased = (source) => {
  let problem
  const js = blank(source, (node) => {
    problem ??= `${node.getText().slice(0, 60)} can not be erased: no enums, namespaces or parameter properties here`
  })
  return { js, problem }
}
