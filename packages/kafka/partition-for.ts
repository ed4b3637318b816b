// The partition of a key, as every Kafka client computes it: murmur2 of its UTF-8 bytes.
import { Partitioners } from 'kafkajs'

const partitioner = Partitioners.DefaultPartitioner()
const metadataByCount = new Map<number, { partitionId: number; leader: number }[]>()

export function partitionFor(key: string, partitionCount: number): number {
  let partitionMetadata = metadataByCount.get(partitionCount)
  if (partitionMetadata === undefined) {
    partitionMetadata = Array.from({ length: partitionCount }, (_, partitionId) => ({ partitionId, leader: 0 }))
    metadataByCount.set(partitionCount, partitionMetadata)
  }
  return partitioner({ topic: '', partitionMetadata: partitionMetadata as never, message: { key, value: null } })
}
