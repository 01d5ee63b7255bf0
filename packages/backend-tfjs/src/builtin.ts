/** Node's own modules, out of sight of bundlers for browsers. */
export const builtin = async <M>(name: string): Promise<M> =>
  (await import(/* @vite-ignore */ /* webpackIgnore: true */ `node:${name}`)) as M
