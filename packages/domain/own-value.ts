/** What an object itself holds under a name from outside: `constructor` and its like are on every object's prototype. */
export function ownValue<T>(object: { readonly [name: string]: T } | null | undefined, name: string): T | undefined {
  return object != null && Object.hasOwn(object, name) ? object[name] : undefined
}
