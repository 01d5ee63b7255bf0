/** What runs in the page; the test calls it and compares. */
import { hostBackend } from '@heddle/backend-host'
import { lax, np, type Tensor, withBackend } from '@heddle/func'
import { conformance, type KernelGolden } from '@heddle/func/conformance'
import { type Flavour, tfjs, type TfjsBackend } from '../../src/index'
import { checkSample } from '../check-sample'
import { samples } from '../samples'
import { train, type Trained } from './train'

export interface Choice {
  readonly flavour: Flavour
  readonly description: string
  readonly said: readonly string[]
}
/** What a program gets that asks for nothing. */
export const choose = async (prefer?: readonly Flavour[]): Promise<Choice> => {
  const said: string[] = []
  const backend = await tfjs({ warn: (message) => void said.push(message), ...(prefer && { prefer }) })
  return { flavour: backend.flavour, description: backend.describe(), said }
}

/** The flavour, sending even tiny calls to its device. */
const demanded = (demand: Flavour): Promise<TfjsBackend> => tfjs({ demand, hostBelow: 0 })

export interface Report {
  readonly passed: number
  readonly failures: readonly string[]
}
/** Kernels beside those of the host, on random calls with NaN and infinities among their operands. */
export const kernels = async (flavour: Flavour): Promise<Report> => {
  const backend = await demanded(flavour)
  const tried = samples()
  const failures: string[] = []
  for (const s of tried) {
    const wrong = await checkSample(backend, s)
    if (wrong !== undefined) failures.push(wrong)
  }
  return { passed: tried.length - failures.length, failures }
}

export interface Part {
  readonly laws: readonly string[]
  /** Primitives left out. */
  readonly without?: readonly string[]
  /** Files of JAX's kernels that are tried too. */
  readonly goldens?: readonly string[]
}
/** A part of the conformance suite on a flavour. */
export const conform = async (flavour: Flavour, { laws, without = [], goldens = [] }: Part): Promise<Report> => {
  const files = await Promise.all(goldens.map(async (file) => (await (await fetch(`/goldens/${file}`)).json()) as KernelGolden))
  const tests = conformance(await demanded(flavour), {
    float: 'float32',
    reference: hostBackend(),
    primitives: (name) => !without.includes(name),
    laws: (law) => laws.includes(law),
    corners: false,
    goldens: files,
  })
  const failures: string[] = []
  for (const { name, run } of tests)
    await run().catch((e: unknown) => failures.push(`${name}\n${e instanceof Error ? e.message : String(e)}`))
  return { passed: tests.length - failures.length, failures }
}

/** A loop whose number of steps is data. */
export const loops = async (flavour: Flavour): Promise<Report> => {
  const backend = await demanded(flavour)
  try {
    withBackend(backend, () =>
      lax.whileLoop(
        (i: Tensor) => i.less(3),
        (i: Tensor) => i.add(1),
        np.zeros([]),
      ),
    )
    return { passed: 1, failures: [] }
  } catch (e) {
    return { passed: 0, failures: [String(e)] }
  }
}

export const trained = async (flavour: Flavour): Promise<Trained> => train(await demanded(flavour))
