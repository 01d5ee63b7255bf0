export * from './close'
export * from './golden'
