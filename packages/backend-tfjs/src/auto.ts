/**
 * Importing this sets the default backend: `import '@heddle/backend-tfjs/auto'`.
 *
 * The environment variable HEDDLE_BACKEND names one flavour (then it must work), or several to try, separated by commas.
 */
import { setDefaultBackend } from '@heddle/func'
import { tfjs, type TfjsOptions } from './choose'
import { type Flavour, inNode } from './flavour'

/** The options that HEDDLE_BACKEND stands for. */
export const optionsOf = (value: string | undefined): TfjsOptions => {
  const names = (value ?? '')
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== '') as Flavour[]
  return names.length === 0 ? {} : names.length === 1 ? { demand: names[0]! } : { prefer: names }
}
setDefaultBackend(await tfjs(optionsOf(inNode() ? process.env.HEDDLE_BACKEND : undefined)))
