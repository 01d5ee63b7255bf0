import { tfjs } from '@heddle/backend-tfjs'
import { setDefaultBackend, jit, np, random, getDefaultBackend } from '@heddle/func'
const b = await tfjs({ demand: 'node', compile: (process.argv[2] ?? 'xla') as 'xla' })
setDefaultBackend(b)
const f = jit((x: any, k: any) => [np.sin(x).add(x), random.normal(k, [3]), np.sort(x), random.split(k)])
const out = f(np.array([1, 2, 0.5]), random.key(0)) as any
for (const o of out) console.log(o.toString(), await o.data())
console.log(b.describe(), b.storage.memory())
