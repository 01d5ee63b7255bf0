import { HeddleError } from '@heddle/tree'

/** The one error of this package: an argument that makes no sense. */
export class ArgumentError extends HeddleError {
  readonly _tag = 'ArgumentError'
  constructor(
    readonly operation: string,
    readonly reason: string,
  ) {
    super(`${operation}: ${reason}`)
  }
}
