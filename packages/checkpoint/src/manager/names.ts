/** The folders of steps: `7`, `step_7`, `step_00007`. */

interface Naming {
  readonly stepPrefix?: string | undefined
  readonly stepFormatFixedLength?: number | undefined
}
/** How the folder of a step is called, and which steps there are in a list of folders. */
export const folderNames = ({ stepPrefix, stepFormatFixedLength = 1 }: Naming) => {
  const prefix = stepPrefix === undefined || stepPrefix === '' ? '' : `${stepPrefix}_`
  const folderOf = (step: number): string => prefix + String(step).padStart(stepFormatFixedLength, '0')
  const stepOf = (folder: string): number | undefined => {
    const digits = folder.startsWith(prefix) ? folder.slice(prefix.length) : ''
    const step = /^\d+$/.test(digits) ? Number(digits) : Number.NaN
    return Number.isSafeInteger(step) ? step : undefined
  }
  const stepsIn = (folders: readonly string[]): ReadonlyMap<number, string> => {
    const found = new Map<number, string>()
    for (const folder of folders) {
      const step = stepOf(folder)
      // where there are several of one step, the one that would be written now
      if (step !== undefined && (!found.has(step) || folder === folderOf(step))) found.set(step, folder)
    }
    return found
  }
  return { folderOf, stepsIn }
}
