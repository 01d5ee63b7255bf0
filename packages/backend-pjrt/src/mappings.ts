/** Memory mappings of this process. */
import { readFileSync } from 'node:fs'

const NEWLINE = 10
/** How many there are; undefined where it is not Linux. */
export const mappings = (): number | undefined => {
  try {
    let lines = 0
    for (const byte of readFileSync('/proc/self/maps')) if (byte === NEWLINE) lines++
    return lines
  } catch {
    return undefined
  }
}
