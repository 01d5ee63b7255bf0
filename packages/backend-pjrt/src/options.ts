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

/** CompileOptionsProto of xla/pjrt/proto/compile_options.proto for a device by its id. */
export const compileOptions = (deviceId: number): Uint8Array => {
  const replicas = integer(4, 1)
  const partitions = integer(5, 1)
  // xla.DeviceAssignmentProto: one replica, one computation, its device
  const assignment = bytes(9, [...integer(1, 1), ...integer(2, 1), ...bytes(3, bytes(1, varint(deviceId)))])
  return Uint8Array.from(bytes(3, [...replicas, ...partitions, ...(deviceId === 0 ? [] : assignment)]))
}
