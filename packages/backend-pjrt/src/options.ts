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

/** CompileOptionsProto of xla/pjrt/proto/compile_options.proto, for devices by their ids: one, or several that share the work. */
export const compileOptions = (devices: readonly number[]): Uint8Array => {
  const isFirst = devices.length === 1 && devices[0] === 0
  // xla.DeviceAssignmentProto: one replica, a computation for each device
  const computations = devices.flatMap((id) => bytes(3, bytes(1, varint(id))))
  const assignment = bytes(9, [...integer(1, 1), ...integer(2, devices.length), ...computations])
  const shardy = devices.length === 1 ? [] : integer(19, 1)
  const spmd = devices.length === 1 ? [] : integer(6, 1)
  const build = [...integer(4, 1), ...integer(5, devices.length), ...spmd, ...(isFirst ? [] : assignment), ...shardy]
  return Uint8Array.from(bytes(3, build))
}
