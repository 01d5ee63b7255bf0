/** The packages of the GPU flavours, which are optional: a bundler fails where an import leads nowhere, so who has them says so. */

export type GpuFlavour = 'webgpu' | 'webgl'

/** How to load each; importing one registers it with tfjs. */
export const peers: { [F in GpuFlavour]?: () => Promise<unknown> } = {}
export const offersGpu = (): boolean => Object.keys(peers).length > 0
