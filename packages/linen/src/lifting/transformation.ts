/**
 * What is said of a transformation of modules. Its options are those that `@heddle/lift` declares, or one declaration beside it.
 */

/** Refuses wrong options. Errors: InvalidOptionsError. */
export type Check = (where: string, options: unknown) => unknown

/** Its name, what it puts before names of classes, and the options that it takes. */
export interface Transformation {
  readonly name: string
  readonly prefix: string
  readonly options: Check
}
