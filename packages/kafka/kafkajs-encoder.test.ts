// The encoder of kafkajs, as patched: what a request encloses is kept until the whole is asked for, not copied again by each level.
import { createRequire } from 'node:module'
import t from 'tap'

interface Encoder {
  parts: Buffer[] | null
  buffer: Buffer
  size(): number
  writeInt32(value: number): Encoder
  writeBuffer(value: Buffer): Encoder
  writeVarIntBytes(value: Buffer): Encoder
  writeEncoder(value: Encoder): Encoder
  writeEncoderArray(values: Encoder[]): Encoder
}

const require = createRequire(import.meta.url)
const KafkaEncoder = require('kafkajs/src/protocol/encoder.js') as new (size?: number) => Encoder
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js')
const Record = require('kafkajs/src/protocol/recordBatch/record/v0/index.js')
const Decoder = require('kafkajs/src/protocol/decoder.js')
const decodeBatch = require('kafkajs/src/protocol/recordBatch/v0/decoder.js')

t.test('large bytes pass through every level of a request by reference', async t => {
  const value = Buffer.alloc(2000, 'v')
  let encoder = new KafkaEncoder().writeInt32(1).writeBuffer(value)
  for (let level = 0; level < 5; level++) encoder = new KafkaEncoder().writeInt32(level).writeEncoder(encoder)
  t.equal(encoder.parts?.filter(part => part === value).length, 1)
})

t.test('what comes out is what was written, in order, whatever its sizes', async t => {
  const pieces = [0, 1, 3, 500, 511, 512, 513, 4000, 2, 70_000, 7].map((size, index) => Buffer.alloc(size, index + 65))
  const inner = () => pieces.map(piece => new KafkaEncoder(8).writeInt32(piece.length).writeBuffer(piece))
  const expected = Buffer.concat(pieces.flatMap(piece => [sizeOf(piece), piece]))
  const whole = new KafkaEncoder().writeEncoderArray(inner())
  t.equal(whole.size(), expected.length)
  t.same(whole.buffer, expected)
  t.same(whole.buffer, expected, 'asked for twice')
  t.same(whole.writeInt32(9).buffer, Buffer.concat([expected, sizeOf({ length: 9 })]), 'written on')
})

t.test('a record batch is read back as it was written', async t => {
  const values = [1, 100, 511, 512, 1300, 300_000].map(size => Buffer.alloc(size, 'x'))
  const headers = { 'content-type': 'application/cloudevents+json; charset=UTF-8' }
  const records = values.map((value, offsetDelta) => Record({ key: 'tenant', value, headers, offsetDelta }))
  const batch: Encoder = await RecordBatch({ records, lastOffsetDelta: records.length - 1 })
  const decoded = await decodeBatch(new Decoder(batch.buffer))
  t.same(
    decoded.records.map((record: { value: Buffer }) => record.value),
    values,
  )
  t.ok(decoded.records.every((record: { key: Buffer }) => record.key.toString() === 'tenant'))
  t.same(decoded.records[0].headers['content-type'].toString(), headers['content-type'])
})

function sizeOf({ length }: { length: number }): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(length)
  return bytes
}
