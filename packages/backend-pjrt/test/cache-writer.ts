/** Writes and reads four programs of the cache in a folder, again and again, and fails where one is not as it was written. */
import { programCache } from '../src/cache'
import { createClient } from '../src/client'
import { findPlugin } from '../src/plugins/find'

const [folder = '', seed = '0'] = process.argv.slice(2)
const client = createClient(findPlugin().path)
const cache = programCache(client, client.devices[0]!, { folder, minCompileTime: 0 })
const bytesOf = (program: number): Uint8Array => new Uint8Array(200_000 + program).fill(program)
let state = Number(seed)
for (let i = 0; i < 300; i++) {
  state = (state * 48_271) % 2_147_483_647
  const program = state % 4
  const options = new Uint8Array()
  // what is read is thrown away now and then, so that it is written again
  const deserialize = (bytes: Uint8Array): number => {
    if (!Buffer.from(bytes).equals(bytesOf(program))) process.exit(1)
    if (i % 3 === 0) throw new Error('again')
    return program
  }
  cache.load(`program ${program}`, options, { compile: () => program, serialize: () => bytesOf(program), deserialize })
}
