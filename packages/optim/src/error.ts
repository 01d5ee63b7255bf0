/** The one error of this package: an argument that makes no sense. */
export class ArgumentError extends Error {
  readonly _tag = 'ArgumentError'
  override get name(): string {
    return this._tag
  }
  constructor(
    readonly operation: string,
    readonly reason: string,
  ) {
    super(`${operation}: ${reason}`)
  }
}
