/**
 * A graph as a SavedModel, which is what tfjs-node can load: the few messages of TensorFlow that it takes, and a folder that lives
 * as long as the loading.
 */
import type * as Fs from 'node:fs'
import type * as Os from 'node:os'
import type * as Path from 'node:path'
import protobuf from 'protobufjs/light.js'
import type { Binding } from '../tensorflow'
import type { GraphDef } from './graph-def'

/** A message by its fields: number and type, `...` before a repeated type, `{}` before a map from text. */
const message = (fields: Readonly<Record<string, readonly [id: number, type: string]>>) => ({
  fields: Object.fromEntries(
    Object.entries(fields).map(([name, [id, type]]) => [
      name,
      type.startsWith('...')
        ? { id, type: type.slice(3), rule: 'repeated' }
        : type.startsWith('{}')
          ? { id, type: type.slice(2), keyType: 'string' }
          : { id, type },
    ]),
  ),
})
/** A message of which one field is there, even if it holds a default. */
const choice = (fields: Parameters<typeof message>[0]) => ({ ...message(fields), oneofs: { value: { oneof: Object.keys(fields) } } })
// Source: tensorflow/core/framework/*.proto and tensorflow/core/protobuf/{meta_graph,saved_model}.proto.
const root = protobuf.Root.fromJSON({
  nested: {
    Dim: message({ size: [1, 'int64'] }),
    ShapeProto: message({ dim: [2, '...Dim'], unknownRank: [3, 'bool'] }),
    TensorProto: message({ dtype: [1, 'int32'], tensorShape: [2, 'ShapeProto'], tensorContent: [4, 'bytes'] }),
    NameAttrList: message({ name: [1, 'string'], attr: [2, '{}AttrValue'] }),
    ListValue: message({
      s: [2, '...bytes'],
      i: [3, '...int64'],
      type: [6, '...int32'],
      shape: [7, '...ShapeProto'],
      func: [9, '...NameAttrList'],
    }),
    AttrValue: choice({
      list: [1, 'ListValue'],
      s: [2, 'bytes'],
      i: [3, 'int64'],
      f: [4, 'float'],
      b: [5, 'bool'],
      type: [6, 'int32'],
      shape: [7, 'ShapeProto'],
      tensor: [8, 'TensorProto'],
      func: [10, 'NameAttrList'],
    }),
    NodeDef: message({ name: [1, 'string'], op: [2, 'string'], input: [3, '...string'], device: [4, 'string'], attr: [5, '{}AttrValue'] }),
    ArgDef: message({ name: [1, 'string'], type: [3, 'int32'] }),
    OpDef: message({ name: [1, 'string'], inputArg: [2, '...ArgDef'], outputArg: [3, '...ArgDef'] }),
    FunctionDef: message({ signature: [1, 'OpDef'], nodeDef: [3, '...NodeDef'], ret: [4, '{}string'], attr: [5, '{}AttrValue'] }),
    FunctionDefLibrary: message({ function: [1, '...FunctionDef'] }),
    VersionDef: message({ producer: [1, 'int32'], minConsumer: [2, 'int32'] }),
    GraphDef: message({ node: [1, '...NodeDef'], library: [2, 'FunctionDefLibrary'], versions: [4, 'VersionDef'] }),
    RewriterConfig: message({ disableMetaOptimizer: [19, 'bool'] }),
    GraphOptions: message({ rewriteOptions: [10, 'RewriterConfig'] }),
    ConfigProto: message({ graphOptions: [10, 'GraphOptions'] }),
    TensorInfo: message({ name: [1, 'string'], dtype: [2, 'int32'], tensorShape: [3, 'ShapeProto'] }),
    SignatureDef: message({ inputs: [1, '{}TensorInfo'], outputs: [2, '{}TensorInfo'], methodName: [3, 'string'] }),
    MetaInfoDef: message({ tags: [4, '...string'], tensorflowVersion: [5, 'string'] }),
    MetaGraphDef: message({ metaInfoDef: [1, 'MetaInfoDef'], graphDef: [2, 'GraphDef'], signatureDef: [5, '{}SignatureDef'] }),
    SavedModel: message({ savedModelSchemaVersion: [1, 'int64'], metaGraphs: [2, '...MetaGraphDef'] }),
  },
})
const savedModelType = root.lookupType('SavedModel')
/** The version of the graph's format, which TensorFlow 2.9 and later read. */
const producer = 1087
const tag = 'serve'

/** Settings of a function call that leave its graph as it is. */
export const unoptimized: Uint8Array = root
  .lookupType('ConfigProto')
  .encode({ graphOptions: { rewriteOptions: { disableMetaOptimizer: true } } })
  .finish()
/** The bytes of `saved_model.pb`. */
const encodeSavedModel = ({ node, functions }: GraphDef): Uint8Array =>
  savedModelType
    .encode({
      savedModelSchemaVersion: 1,
      metaGraphs: [
        {
          metaInfoDef: { tags: [tag], tensorflowVersion: '2.9.1' },
          graphDef: { node, library: { function: functions }, versions: { producer } },
          signatureDef: { serving_default: { methodName: 'tensorflow/serving/predict' } },
        },
      ],
    })
    .finish()

/** Node's own modules, out of sight of bundlers for browsers. */
export interface Files {
  readonly fs: typeof Fs
  readonly os: typeof Os
  readonly path: typeof Path
}
export const loadFiles = async (): Promise<Files> => {
  const [fs, os, path] = ['node:fs', 'node:os', 'node:path'].map((name) => import(/* @vite-ignore */ /* webpackIgnore: true */ name))
  return { fs: (await fs) as typeof Fs, os: (await os) as typeof Os, path: (await path) as typeof Path }
}
/** Loads a graph and answers its number; `binding.deleteSavedModel` frees it. Errors: TensorFlow's, where it refuses the graph. */
export const loadGraph = (binding: Binding, { fs, os, path }: Files, graph: GraphDef): number => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heddle-'))
  try {
    fs.writeFileSync(path.join(folder, 'saved_model.pb'), encodeSavedModel(graph))
    return binding.loadSavedModel(folder, tag)
  } finally {
    fs.rmSync(folder, { recursive: true, force: true })
  }
}
