// The parity tables as pages of Markdown: one for each namespace of the Python side, and one of counts.
import { front } from './front.mjs'
import { countsOf, tables, versions } from './parity.mjs'

const slug = (module) => module.replaceAll('.', '-').toLowerCase().replaceAll('_', '-')
const percent = (part, all) => `${Math.round((100 * part) / all)} %`

const table = (rows) => {
  const line = ({ name, answer, reason }) => `| \`${name}\` | ${answer ? `[\`${answer.name}\`](${answer.address})` : reason} |`
  return ['| there | here, or why not |', '|---|---|', ...rows.map(line)].join('\n')
}
const page = ({ module, rows }, i) => {
  const { all, here, notYet } = countsOf(rows)
  const library = module.split('.')[0]
  return [
    front(module, `What each public name of ${module} is called here, or why there is none.`, i + 1),
    `Of ${all} public names of \`${module}\` (${library} ${versions[library]}), ${here} are here, and ${notYet} are not yet. Each other has its reason. The table is`,
    'made from the exports of both sides; names are in camel case here, but for classes.',
    '',
    table(rows),
    '',
  ].join('\n')
}
const index = () => {
  const lines = tables.map(({ module, rows }) => {
    const { all, here, notYet } = countsOf(rows)
    return `| [\`${module}\`](/reference/parity/${slug(module)}/) | ${all} | ${here} | ${percent(here, all)} | ${notYet} | ${all - here - notYet} |`
  })
  const total = countsOf(tables.flatMap((t) => t.rows))
  return [
    front('Parity with Flax, JAX, optax', 'How many names of flax.linen, JAX and optax are here, and which.', 0),
    `${total.here} of ${total.all} public names of flax ${versions.flax}, JAX ${versions.jax} and optax ${versions.optax} are here. The others have a reason: ${total.notYet} are not there yet; what`,
    'is left is about Python, about settings of the libraries, deprecated, or a primitive.',
    '',
    '| namespace | names | here | | not yet | other reasons |',
    '|---|--:|--:|--:|--:|--:|',
    ...lines,
    `| all | ${total.all} | ${total.here} | ${percent(total.here, total.all)} | ${total.notYet} | ${total.all - total.here - total.notYet} |`,
    '',
    'The names come from the libraries by `goldens/generators/public_names.py` and from the sources of heddle. A test fails on a name without an answer.',
    '',
  ].join('\n')
}
export const parityPages = () => [['parity/index.md', index()], ...tables.map((t, i) => [`parity/${slug(t.module)}.md`, page(t, i)])]
