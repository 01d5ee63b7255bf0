/** The settings in a model's folder. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '@heddle/example-program'

/** Errors: UserError where a file is not there or no JSON. */
export const readJson = (folder: string, name: string): Record<string, unknown> => {
  const file = join(folder, name)
  if (!existsSync(file))
    throw new UserError(`${folder}: there is no ${name}; it must be a folder with the files of a model (see the README)`)
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  } catch (e) {
    throw new UserError(`${file}: it is no JSON (${(e as Error).message})`)
  }
}
