// The ways in which tenants' answers are known to differ. Each dimension lists its values, the standard one first, with what
// HiBob answers then. Dimensions are independent: any value of one goes with any value of another.
// A value after which something cannot be known says what the outcome must be.
import { listDimensions } from './list-dimensions.ts'
import { personDimensions } from './person-dimensions.ts'
import { transportDimensions } from './transport-dimensions.ts'
import { webhookDimensions } from './webhook-dimensions.ts'

export const dimensions = {
  ...listDimensions,
  ...personDimensions,
  ...transportDimensions,
  ...webhookDimensions,
} as const satisfies Record<string, Record<string, string>>

export type Dimension = keyof typeof dimensions
/** One value for every dimension. */
export type Variants = { readonly [D in Dimension]: keyof (typeof dimensions)[D] }

export const valuesOf = <D extends Dimension>(dimension: D) => Object.keys(dimensions[dimension]) as Variants[D][]

/** The first value of every dimension: what most tenants send. */
export const standardVariants = Object.fromEntries(
  (Object.keys(dimensions) as Dimension[]).map(dimension => [dimension, valuesOf(dimension)[0]]),
) as unknown as Variants

/** Throws for a dimension or a value that there is not, so that no test passes for a misspelling. */
export function readVariants(given: unknown): Partial<Variants> {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Error('variants must be an object: dimension → value')
  for (const [dimension, value] of Object.entries(given)) {
    if (!Object.hasOwn(dimensions, dimension))
      throw new Error(`unknown dimension ${dimension}. Known: ${Object.keys(dimensions).join(', ')}`)
    const known = valuesOf(dimension as Dimension) as unknown[]
    if (!known.includes(value))
      throw new Error(`unknown value ${JSON.stringify(value)} of ${dimension}. Known: ${known.join(', ')}`)
  }
  return given as Partial<Variants>
}
