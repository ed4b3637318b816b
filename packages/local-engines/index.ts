export * from './engines.ts'
export * from './free-port.ts'
export * from './kafka.ts'
export * from './mongo.ts'
