/**
 * Which programs stay loaded. TensorFlow gives each program of XLA ten threads of its own, and the process dies where there are no
 * more; so those that were not run for longest are unloaded, and loaded again should they be run.
 */
export interface Resident {
  readonly unload: () => void
}
export class Residents {
  readonly #programs = new Set<Resident>()
  constructor(readonly most: number) {}
  /** Tells of a run, for which the program is loaded. */
  touch(program: Resident): void {
    this.#programs.delete(program)
    this.#programs.add(program)
    if (this.#programs.size <= this.most) return
    const [oldest] = this.#programs
    this.#programs.delete(oldest!)
    oldest!.unload()
  }
  forget(program: Resident): void {
    this.#programs.delete(program)
  }
}
