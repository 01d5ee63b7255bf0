/** The tensors of a folder: of `model.safetensors`, or of the files that `model.safetensors.index.json` names. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openSafetensors, type TensorFile } from '@heddle/checkpoint'
import { openFile } from '@heddle/checkpoint/node'
import { UserError } from '@heddle/example-program'
import { readJson } from './json'
import type { TensorSource } from './weights'

export interface OpenTensors extends TensorSource {
  readonly close: () => Promise<void>
}

/** Reads no tensor yet. Errors: UserError where there is no such file, CheckpointError where it is none of its kind. */
export const openTensors = async (folder: string): Promise<OpenTensors> => {
  const open = async (name: string): Promise<TensorFile> => openSafetensors(await openFile(join(folder, name)))
  if (!existsSync(join(folder, 'model.safetensors.index.json'))) {
    if (!existsSync(join(folder, 'model.safetensors'))) throw new UserError(`${folder}: there is no model.safetensors (see the README)`)
    return open('model.safetensors')
  }
  const places = Object.entries((readJson(folder, 'model.safetensors.index.json')['weight_map'] ?? {}) as Record<string, string>)
  const files = new Map<string, TensorFile>()
  for (const name of new Set(places.map(([, file]) => file))) files.set(name, await open(name))
  const fileOf = new Map(places.map(([name, file]) => [name, files.get(file)!]))
  return {
    names: [...fileOf.keys()],
    typeOf: (name) => fileOf.get(name)!.typeOf(name),
    read: (name) => fileOf.get(name)!.read(name),
    close: async () => {
      for (const file of files.values()) await file.close()
    },
  }
}
