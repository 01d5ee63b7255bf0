/** A program as a graph of one node, which hands its StableHLO text to XLA inside TensorFlow (2.12 and later). */
import type { Jaxpr } from '@heddle/func/backend'
import { lowerProgram } from '@heddle/stablehlo/lower'
import { inputsOf, outputsOf } from './crossing'
import { attr, nodeDef } from './graph-def'
import type { Lowered } from './lowered'

const versionOf = (tensorflow: string): readonly number[] => tensorflow.split('.').map(Number)
/** Whether this library has XLA for modules of StableHLO. */
export const hasXla = (tensorflow: string): boolean => {
  const [major = 0, minor = 0] = versionOf(tensorflow)
  return major > 2 || (major === 2 && minor >= 12)
}
/** The version of the operation's format: each library reads a few. */
const formatOf = (tensorflow: string): number => {
  const [major = 0, minor = 0] = versionOf(tensorflow)
  return major === 2 && minor === 12 ? 5 : 7
}

const readerOf = (tensorflow: string): '2023' | '2024' => {
  const [major = 0, minor = 0] = versionOf(tensorflow)
  return major === 2 && minor <= 15 ? '2023' : '2024'
}

/** Errors: BackendError for a primitive that StableHLO has no lowering for. */
export const lowerToXla = (program: Jaxpr, name: string, tensorflow: string, platform: 'CPU' | 'CUDA'): Lowered => {
  const ins = program.ins.map((v) => v.aval)
  const outs = program.outs.map((o) => o.aval)
  const inputs = inputsOf(ins)
  const module = nodeDef('program', 'XlaCallModule', inputs.refs, {
    version: attr.int(formatOf(tensorflow)),
    module: attr.text(lowerProgram(program, { name, reader: readerOf(tensorflow) })),
    Sout: attr.shapes(outs.map((o) => o.shape)),
    Tout: attr.types(outs.map((o) => o.dtype)),
    Tin: attr.types(ins.map((a) => a.dtype)),
    platforms: attr.texts([platform]),
  })
  const outputs = outputsOf(
    outs,
    outs.map((_, i) => `program:${i}`),
  )
  return { graph: { node: [...inputs.nodes, module, ...outputs.nodes], functions: [] }, isXla: true, inputs, outputs }
}
