/** The kinds of plugins: the library of each, as its wheel has it, and how to tell that the machine has such a device. */
import { existsSync } from 'node:fs'
import { type Machine, type Pin, pins } from './pins'

/** Devices for which plugins are known. */
export type PluginKind = keyof typeof pins
export interface Known {
  /** Where the library lies in a folder of Python packages; the first that is there. */
  readonly libraries: readonly string[]
  readonly isPresent: () => boolean
}
const any =
  (...paths: readonly string[]) =>
  (): boolean =>
    paths.some((p) => existsSync(p))
const nvidia = any('/dev/nvidiactl', '/dev/nvidia0', '/dev/dxg')

/** The machine, where `install` has this kind for it. */
export const machineFor = (kind: PluginKind): Machine | undefined => {
  const list: readonly Pin[] = pins[kind]
  const machine = process.arch as Machine
  return process.platform === 'linux' && list.every((p) => p.sha256[machine] !== undefined) ? machine : undefined
}
/** In the order in which they are tried. */
export const known: Readonly<Record<PluginKind, Known>> = {
  tpu: { libraries: ['libtpu/libtpu.so'], isPresent: any('/dev/accel0', '/dev/vfio/0') },
  cuda13: { libraries: ['jax_plugins/xla_cuda13/xla_cuda_plugin.so'], isPresent: nvidia },
  cuda12: { libraries: ['jax_plugins/xla_cuda12/xla_cuda_plugin.so'], isPresent: nvidia },
  rocm7: { libraries: ['jax_plugins/xla_rocm7/xla_rocm_plugin.so'], isPresent: any('/dev/kfd') },
  cpu: {
    libraries: ['lammps_jax_pjrt_cpu/pjrt_c_api_cpu_plugin.so', 'xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so'],
    isPresent: () => true,
  },
}
export const kinds = Object.keys(known) as readonly PluginKind[]
export const isKind = (name: string): name is PluginKind => Object.hasOwn(known, name)
