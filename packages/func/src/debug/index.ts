/** Looking into programs while they run: `debug.print`, `debug.callback`. Source: jax.debug. */
export { callback, print } from './callback'
