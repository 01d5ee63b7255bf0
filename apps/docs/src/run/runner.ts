/** Runs programs one after another into one place: what a block of a page and the playground have in common. */
import type { Failure } from './messages'
import { Display } from './render'
import { chosen, forget, start, stop, tell } from './session'

/** Buttons are disabled and hidden as it runs; `host` says by `data-state` how it stands: idle, running, done, failed. */
export class Runner {
  readonly #display: Display
  #job: number | undefined
  constructor(
    readonly host: HTMLElement,
    readonly part: (name: string) => HTMLElement,
  ) {
    this.#display = new Display(part('output'), tell)
    part('stop').addEventListener('click', () => stop())
  }
  get isRunning(): boolean {
    return this.host.dataset.state === 'running'
  }
  #show(state: 'idle' | 'running' | 'done' | 'failed'): void {
    this.part('stop').hidden = state !== 'running'
    this.part('run').toggleAttribute('disabled', state === 'running')
    this.host.dataset.state = state
  }
  #failed(failure: Failure): void {
    this.#display.failed(failure)
    this.#display.after(() => this.#show('failed'))
  }
  /** Runs a program whose JavaScript is to come; fulfilled when it ended. */
  async run(javascript: () => Promise<string>): Promise<void> {
    if (this.isRunning) return
    if (this.#job !== undefined) forget(this.#job)
    this.#display.clear()
    this.#show('running')
    let js: string
    try {
      js = await javascript()
    } catch (error) {
      const { name, message, line } = error as Error & { line?: number }
      this.#failed({ name, message, ...(line === undefined ? {} : { line }) })
      return
    }
    await new Promise<void>((resolve) => {
      this.#job = start(js, chosen(), {
        begun: (flavour) => void (this.host.dataset.backend = flavour),
        output: (output) => this.#display.add(output),
        failed: (failure) => {
          this.#failed(failure)
          resolve()
        },
        done: (seconds) => {
          const time = seconds < 0.1 ? `${(1000 * seconds).toFixed(0)} ms` : `${seconds.toFixed(1)} s`
          this.#display.note(`${this.host.dataset.backend}, ${time}`)
          this.#display.after(() => this.#show('done'))
          resolve()
        },
      })
    })
  }
  /** No output; what runs is stopped. */
  reset(): void {
    if (this.isRunning) stop()
    this.#display.clear()
    this.#show('idle')
  }
}
