/**
 * HeddleError: the base of all errors of heddle's packages, with a stack that begins at the user's own line.
 */
import { noteCopy } from './copies'
import { captured, framesOf, hasHeader, usersFrames, wanted } from './stack'

noteCopy('@heddle/tree')

/** An error before it is one: its data, and the sentence made of them. */
export class Told {
  constructor(
    readonly message: string,
    readonly detail: object,
  ) {}
}

/** A heading for each class of errors leads to its page, on the site and in the repository: it is there before the one, and stays after it. */
const PAGE = 'https://github.com/heddle-js/heddle/blob/main/docs/errors.md'

/**
 * The base class of all errors that heddle throws; `instanceof HeddleError` tells them from others. Its classes are made by `errorClass`.
 *
 * `_tag` is the name of the class, also where a minifier has changed that of the source, and `name` too; `detail` is the error as data,
 * of which the message is made; `docs` is the address of a page about it. `stack` has the frames of the
 * program that uses heddle, without heddle's own; `fullStack` has all, and with `HEDDLE_TRACEBACK=full` in the environment (in a browser
 * `globalThis.HEDDLE_TRACEBACK = 'full'`) so has `stack`. Source: JAX's traceback filtering (`jax_traceback_filtering`).
 */
export abstract class HeddleError<Detail extends object = object> extends Error {
  abstract readonly _tag: string
  readonly detail: Detail
  /** Name, message and all frames, heddle's own included. */
  declare readonly fullStack: string
  /** Where it was raised while a method of a module ran: `MLP/Dense_0`. */
  declare readonly modulePath?: string

  constructor({ message, detail }: Told) {
    super(message, 'cause' in detail ? { cause: detail.cause } : undefined)
    this.detail = detail as Detail
    const most = wanted()
    const trace = captured()
    let given: unknown
    const frames = (): readonly string[] => framesOf(String(trace.stack), '')
    const whole = (shown: readonly string[]): string =>
      [...(hasHeader(String(trace.stack)) ? [`${this.name}: ${this.message}`] : []), ...shown].join('\n')
    Object.defineProperties(this, {
      fullStack: { get: () => whole(frames()), configurable: true, enumerable: false },
      stack: {
        get: () => (given === undefined ? whole(usersFrames(frames(), most)) : given),
        set: (value: unknown) => {
          given = value
        },
        configurable: true,
        enumerable: false,
      },
    })
  }

  override get name(): string {
    return this._tag
  }
  get docs(): string {
    return `${PAGE}#${this._tag.toLowerCase()}`
  }
  /** Node prints the stack and the cause; the fields say again what the message says. */
  [Symbol.for('nodejs.util.inspect.custom')](_depth: unknown, options: object, inspect: (x: unknown, options: object) => string): string {
    return this.cause === undefined ? String(this.stack) : `${this.stack}\n  [cause]: ${inspect(this.cause, options)}`
  }
}
