// The settings of replay and verify, read from the environment once.
import Type, { type Static } from 'typebox'

export const replaySettings = Type.Object({
  REPLAY_DOCUMENTS_MAX: Type.Integer({
    default: 120_000,
    minimum: 1,
    description:
      'Documents that a replay or verify keeps in memory (some 4 KB each); what is more is kept in MongoDB meanwhile.',
  }),
  REPLAY_STORE_EVERY_MS: Type.Integer({
    default: 60_000,
    minimum: 100,
    description: 'How often a replay stores what it has folded, so that a killed one goes on from there.',
  }),
})
export type ReplayConfig = Static<typeof replaySettings>
