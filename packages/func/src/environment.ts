/** Switches from outside of the program: a variable of the environment, or in a page of the global object. */
const off: readonly unknown[] = [undefined, null, '', '0', 'false', false, 0]

/** Whether a switch is on: `HEDDLE_DEBUG_NANS=1`, `globalThis.HEDDLE_DEBUG_NANS = true` before heddle is loaded. */
export const environment = (name: string): boolean => {
  const { process } = globalThis as { readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> } }
  return !off.includes(process?.env?.[name] ?? (Reflect.get(globalThis, name) as unknown))
}
