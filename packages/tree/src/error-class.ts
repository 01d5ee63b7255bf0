/**
 * errorClass: how every class of errors is made. An error is data, its `detail`; the sentence is made of it at the end.
 */
import { HeddleError, Told } from './heddle-error'

/** A class of errors: made of `Args`, with `Detail` as data, a kind of `Base`. */
export interface ErrorClass<
  Tag extends string,
  Args extends readonly unknown[],
  Detail extends object,
  Base extends HeddleError = HeddleError,
> {
  new (...args: Args): Omit<Base, '_tag' | 'detail'> & { readonly _tag: Tag; readonly detail: Detail }
}

/**
 * A class of errors whose `_tag` and `name` are `tag`, to be extended by the class of that name:
 *
 *     class AxisError extends errorClass('AxisError', (axis: number) => ({ axis }), ({ axis }) => `there is no axis ${axis}`) {}
 *
 * `detailOf` makes the data of the constructor's arguments (`cause` in it is the error's cause too), `sentence` the message of the data, and
 * `Base` is the class of errors that these are a kind of.
 */
/* @__NO_SIDE_EFFECTS__ */
export const errorClass = <
  const Tag extends string,
  Args extends readonly unknown[],
  Detail extends object,
  Base extends HeddleError = HeddleError,
>(
  tag: Tag,
  detailOf: (...args: Args) => Detail,
  sentence: (detail: Detail) => string,
  Base?: abstract new (...args: never) => Base,
): ErrorClass<Tag, Args, Detail, Base> => {
  const told = (args: readonly unknown[]): Told => {
    if (args[0] instanceof Told) return args[0]
    const detail = detailOf(...(args as Args))
    return new Told(sentence(detail), detail)
  }
  const Above = (Base ?? HeddleError) as typeof HeddleError
  const Class = class extends Above {
    override readonly _tag: string = tag
    constructor(...args: readonly unknown[]) {
      super(told(args))
    }
  }
  return Class as unknown as ErrorClass<Tag, Args, Detail, Base>
}
