export type {
  Company,
  CompanySpec,
  HireInput,
  Misbehaviour,
  Person,
  PersonInput,
  TerminationInput,
  UpdateOptions,
  WebhookDelivery,
  WebhookOptions,
} from './company-api.ts'
export { createRandom, type Random } from './random.ts'
export { type Simulator, type SimulatorOptions, startSimulator } from './simulator.ts'
export { type Dimension, dimensions, standardVariants, type Variants, valuesOf } from './variants/dimensions.ts'
