/**
 * Timing of small programs: runs are interleaved, so that a slow moment of the machine falls on all of them, and the median is reported.
 */

export interface Case {
  readonly name: string
  /** One run; a promise is awaited. A number that it answers is its own measure of its milliseconds. */
  readonly run: () => unknown
}

export interface Timing {
  readonly name: string
  /** Milliseconds. */
  readonly median: number
  readonly fastest: number
  readonly runs: number
}

/** Times the cases against each other: `warmup` rounds unmeasured, then `rounds` rounds, each running every case once. */
export const time = async (cases: readonly Case[], { rounds = 20, warmup = 3 } = {}): Promise<readonly Timing[]> => {
  const samples = cases.map(() => [] as number[])
  for (let round = -warmup; round < rounds; round++)
    for (const [i, { run }] of cases.entries()) {
      const start = performance.now()
      const own = await run()
      if (round >= 0) samples[i]?.push(typeof own === 'number' ? own : performance.now() - start)
    }
  return cases.map(({ name }, i) => {
    const sorted = (samples[i] ?? []).toSorted((a, b) => a - b)
    return { name, median: sorted[sorted.length >> 1] ?? NaN, fastest: sorted[0] ?? NaN, runs: sorted.length }
  })
}

/** Prints timings as a table; the last column is the median relative to the first case. */
export const print = (title: string, timings: readonly Timing[]): void => {
  console.log(`\n${title}`)
  const width = Math.max(...timings.map(({ name }) => name.length))
  for (const { name, median, fastest } of timings) {
    const ratio = median / (timings[0]?.median ?? NaN)
    console.log(`  ${name.padEnd(width)}  median ${median.toFixed(3)} ms  fastest ${fastest.toFixed(3)} ms  ${ratio.toFixed(2)}x`)
  }
}
