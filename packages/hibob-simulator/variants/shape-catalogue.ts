// The field catalogue, in the shape that a tenant's HiBob gives it.
import type { Variants } from './dimensions.ts'

export function shapeCatalogue(fields: readonly { id: string }[], { fieldCatalogue }: Variants): unknown {
  switch (fieldCatalogue) {
    case 'array':
      return fields
    case 'wrapped':
      return { fields }
    case 'keyed':
      return Object.fromEntries(fields.map(field => [field.id, field]))
  }
}
