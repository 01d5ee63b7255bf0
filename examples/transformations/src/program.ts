/** Makes a program of an example: run as such, it picks a backend, computes, and prints. */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { pjrt } from '@heddle/backend-pjrt'
import { tfjs } from '@heddle/backend-tfjs'
import { setDefaultBackend, tree, type Tensor } from '@heddle/func'

/** Each tensor of a tree in a line: its path, type and shape, and its values where they are few. */
const lines = (results: object): readonly string[] =>
  tree.leavesWithPath(results).map(([path, x]) => {
    const { dtype, shape, size } = x as Tensor
    const values = size <= 12 ? ` ${JSON.stringify((x as Tensor).toArray())}` : ''
    return `${path.join('/')}: ${dtype}[${shape.join(',')}]${values}`
  })

/** Runs an example if its module is the program that was started. */
export const program = async (meta: ImportMeta, example: () => object): Promise<void> => {
  if (process.argv[1] !== fileURLToPath(meta.url)) return
  const { backend } = parseArgs({ options: { backend: { type: 'string', default: 'tfjs' } } }).values
  if (backend === 'pjrt') setDefaultBackend(await pjrt())
  else setDefaultBackend(await tfjs())
  console.log(lines(example()).join('\n'))
}
