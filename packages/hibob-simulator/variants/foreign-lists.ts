// Lists that nobody uses, as they stand among a tenant's own: of odd shapes, or huge.

export const hugeListBytes = 40 * 1024 * 1024
const itemsPerPiece = 2_000

/** Name → what stands there instead of a list. */
export const oddForeignLists: [name: string, value: unknown][] = [
  ['grade', { name: 'grade', items: [{ id: 7, value: 7, name: 7 }], values: [{ id: 7, value: 7, name: 7 }] }],
  ['nothing', null],
  ['text', 'of no use'],
  ['count', 12],
  ['bare', { name: 'bare' }],
  ['object', { name: 'object', items: { first: { id: '1', name: 'One' } }, values: { first: { id: '1' } } }],
  ['unnamed', { name: null, items: null, values: null }],
]

/** The JSON of one list, piece by piece: it is never in memory as a whole. */
export function* hugeList(name: string): Generator<string> {
  yield `{"name":${JSON.stringify(name)},"items":[`
  let bytes = 0
  for (let number = 0; bytes < hugeListBytes; ) {
    const items: string[] = []
    for (let count = 0; count < itemsPerPiece; count++, number++) {
      const text = `Cost centre ${number}`
      items.push(
        JSON.stringify({ id: String(700_000_000 + number), value: text, name: text, archived: false, children: [] }),
      )
    }
    const piece = (bytes === 0 ? '' : ',') + items.join(',')
    bytes += piece.length
    yield piece
  }
  yield ']}'
}
