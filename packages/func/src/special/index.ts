/** `special`: jax.scipy.special in camelCase. */
export * from './entropy'
export * from './gamma'
