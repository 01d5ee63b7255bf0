export * from './checks'
export * from './close'
export * from './golden'
export * from './metered'
