export * from './replica-set.ts'
