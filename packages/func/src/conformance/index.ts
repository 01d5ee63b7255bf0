/**
 * The conformance suite: every law on every row, for any backend. Free of test frameworks: it answers named functions.
 *
 * @example
 * import { it } from 'vitest'
 *
 * for (const { name, run } of conformance(await tfjs(), { reference: hostBackend() })) it(name, run)
 */
import type { Backend } from '../backend/backend'
import { goldenTests, type KernelGolden } from './goldens'
import { callbackTests } from './laws/callbacks'
import { cornerTests } from './laws/corner'
import { growthTests } from './laws/growth'
import { halfTests } from './laws/half'
import { laws } from './laws/index'
import { nanTests } from './laws/nan'
import { ownershipTests } from './laws/ownership'
import { readTests } from './laws/reads'
import type { Row } from './row'
import { bodyRows, leafRows } from './rows/index'
import { runsOn, type Setting, trialOf } from './trial'

export type { GoldenArrayJson, KernelCase, KernelGolden } from './goldens'
/** Options of `conformance`. */
export interface ConformanceOptions<R = unknown> {
  /** Where values are compared with. */
  readonly reference?: Backend<R>
  /** What JAX's kernels give: the parsed files of `goldens/data/primitives`. */
  readonly goldens?: readonly KernelGolden[]
  /** The floating type that laws are tried in; default float64 where the backend has it, which shows faults best. */
  readonly float?: 'float32' | 'float64'
  /** Only these primitives. */
  readonly primitives?: (name: string) => boolean
  /** Only these laws. */
  readonly laws?: (law: string) => boolean
  /** How many random programs are tried for whose memory is whose, where corners are tried; default 120. */
  readonly programs?: number
  /** Whether half precision is tried under all transformations; default: where corners are. */
  readonly halves?: boolean
  /** Whether to try corners, NaN, reads and memory too; default: if all primitives are tried. */
  readonly corners?: boolean
}
/** A test for any runner: it throws where it fails. */
export interface ConformanceTest {
  readonly name: string
  readonly run: () => Promise<void>
}
const allRows: Readonly<Record<string, readonly Row[]>> = { ...leafRows, ...bodyRows }

const check = async (setting: Setting, law: string, name: string, rows: readonly Row[]): Promise<void> => {
  const failures: string[] = []
  let first: unknown
  for (const row of rows) {
    if (!runsOn(setting, row)) continue
    try {
      await laws[law]!(trialOf(setting, name, row))
    } catch (e) {
      first ??= e
      failures.push(`${name} (${row.about}): ${e instanceof Error ? e.message : String(e)}`)
    }
  }
  if (failures.length > 0) throw new Error(failures.join('\n'), { cause: first })
}

/** A test for each law and primitive, and for each corner. */
export const conformance = <B, R>(backend: Backend<B>, options: ConformanceOptions<R> = {}): readonly ConformanceTest[] => {
  const { reference, goldens = [], primitives = () => true, corners = options.primitives === undefined } = options
  const setting: Setting = {
    backend: backend as Backend,
    reference: reference as Backend | undefined,
    float: options.float ?? (backend.dtypes.has('float64') ? 'float64' : 'float32'),
  }
  const names = Object.keys(allRows).filter(primitives)
  return [
    ...names.flatMap((name) =>
      Object.keys(laws)
        .filter(options.laws ?? (() => true))
        .map((law) => ({
          name: `${name}: ${law}`,
          run: () => check(setting, law, name, allRows[name]!),
        })),
    ),
    ...goldenTests(backend as Backend, goldens, primitives),
    ...((options.halves ?? corners) ? halfTests(setting.backend, setting.reference ?? setting.backend) : []),
    ...(corners
      ? [
          ...cornerTests(backend as Backend),
          ...nanTests(backend as Backend, setting.reference),
          ...readTests(backend as Backend),
          ...callbackTests(backend as Backend),
          ...growthTests(backend as Backend),
          ...ownershipTests(backend as Backend, setting.reference, options.programs ?? 120),
        ]
      : []),
  ]
}
