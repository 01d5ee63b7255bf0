/** The flavours of tfjs that the backend can run on, and the order in which they are tried. */

export type Flavour = 'node-gpu' | 'node' | 'wasm' | 'cpu' | 'webgpu' | 'webgl'

/** All flavours, in the order in which they are tried. */
export const flavours: readonly Flavour[] = ['node-gpu', 'node', 'webgpu', 'webgl', 'wasm', 'cpu']
export const isFlavour = (x: string): x is Flavour => (flavours as readonly string[]).includes(x)

/** Whether this is Node (or something that passes for it), as opposed to a browser or a worker of one. */
export const inNode = (): boolean => typeof process === 'object' && typeof process.versions?.node === 'string'

/** The order of preference where the caller has none. */
export const defaultOrder = (node = inNode()): readonly Flavour[] =>
  node ? ['node-gpu', 'node', 'wasm', 'cpu'] : ['webgpu', 'webgl', 'wasm', 'cpu']
