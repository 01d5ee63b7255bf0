/** Compile options, as the protocol buffer that PJRT takes: one device, one replica. */

const varint = (n: number): number[] => (n < 128 ? [n] : [(n & 127) | 128, ...varint(Math.floor(n / 128))])
const VARINT = 0
const BYTES = 2
const integer = (field: number, n: number): number[] => [...varint((field << 3) | VARINT), ...varint(n)]
const bytes = (field: number, content: readonly number[]): number[] => [
  ...varint((field << 3) | BYTES),
  ...varint(content.length),
  ...content,
]

/** Flags of XLA that differ from its defaults: maxima and minima of a NaN are NaN. */
export const flagsFor = (platform: string): readonly string[] => (platform === 'cpu' ? ['xla_cpu_enable_fast_min_max'] : [])

const text = (field: number, s: string): number[] => bytes(field, [...new TextEncoder().encode(s)])
/** An entry of env_option_overrides: a flag and an OptionOverrideProto of false. */
const off = (flag: string): number[] => bytes(7, [...text(1, flag), ...bytes(2, integer(2, 0))])

/**
 * CompileOptionsProto of xla/pjrt/proto/compile_options.proto, for devices by their ids: one, or several that share the work;
 * with flags to turn off.
 */
export const compileOptions = (devices: readonly number[], flagsOff: readonly string[] = []): Uint8Array => {
  const isFirst = devices.length === 1 && devices[0] === 0
  // xla.DeviceAssignmentProto: one replica, a computation for each device
  const computations = devices.flatMap((id) => bytes(3, bytes(1, varint(id))))
  const assignment = bytes(9, [...integer(1, 1), ...integer(2, devices.length), ...computations])
  const shardy = devices.length === 1 ? [] : integer(19, 1)
  const spmd = devices.length === 1 ? [] : integer(6, 1)
  const build = [...integer(4, 1), ...integer(5, devices.length), ...spmd, ...(isFirst ? [] : assignment), ...shardy]
  return Uint8Array.from([...bytes(3, build), ...flagsOff.flatMap(off)])
}
