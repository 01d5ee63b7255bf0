/** From the start of the process to the end of the first training step of a model, on XLA; prints milliseconds as JSON. */
import { pjrt } from '@heddle/backend-pjrt'
import { setDefaultBackend } from '@heddle/func'
import { build } from './models'

setDefaultBackend(await pjrt({ cache: null }))
const { step, state, x, y } = build(process.argv[2] ?? 'mlp')
await step(state, x, y)[1].data()
console.log(JSON.stringify({ first: performance.now() }))
process.exit(0)
