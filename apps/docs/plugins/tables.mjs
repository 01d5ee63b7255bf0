// A remark plugin: tables scroll sideways on narrow screens, so that a keyboard must reach them.

const visit = (node) => {
  if (node.type === 'table') node.data = { ...node.data, hProperties: { ...node.data?.hProperties, tabIndex: 0 } }
  for (const child of node.children ?? []) visit(child)
}
export const tables = () => visit
