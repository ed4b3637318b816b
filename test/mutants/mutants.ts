// Faults that somebody might write into the code, each with the tests that must notice.
export interface Mutant {
  name: string
  file: string
  /** A text of the file, which it holds once. */
  from: string
  to: string
  /** Test files, of which at least one must fail. */
  tests: string[]
}

export const mutants: Mutant[] = [
  {
    name: 'the ingress answers 200 before the log has the webhook',
    file: 'services/ingress/take-webhook.ts',
    from: 'append(tenantId, webhookEvent(',
    to: 'void append(tenantId, webhookEvent(',
    tests: ['services/ingress/take-webhook.test.ts'],
  },
  {
    name: 'a flood is answered as fast as it comes',
    file: 'services/ingress/pace.ts',
    from: 'const costEach = 50',
    to: 'const costEach = 5e9',
    tests: ['services/ingress/app.test.ts'],
  },
  {
    name: 'one replica is enough (acks: 1)',
    file: 'packages/kafka/lane-producer.ts',
    from: 'acks: -1',
    to: 'acks: 1',
    tests: ['packages/kafka/lane-faults.test.ts'],
  },
  {
    name: 'a commit whose answer was lost is not looked for (standsAt)',
    file: 'services/projector/commit-batch.ts',
    from: '!(await standsAt(context, batch.next))',
    to: 'true',
    tests: ['services/projector/commit-batch.test.ts'],
  },
  {
    name: 'keys of a send whose outcome is unknown are not noted (addResend)',
    file: 'services/projector/publisher.ts',
    from: 'await addResend(keysOf(unknown))',
    to: 'void unknown',
    tests: ['services/projector/publisher-properties.test.ts', 'services/projector/publisher.test.ts'],
  },
  {
    name: 'what is sent once more may go between the parts of a step',
    file: 'services/projector/publisher.ts',
    from: 'if (isBetweenSteps) await again.look()',
    to: 'await again.look()',
    tests: ['services/projector/publisher.test.ts'],
  },
  {
    name: 'a log whose beginning is gone is read from where it begins now (low)',
    file: 'packages/kafka/check-log.ts',
    from: 'if (reached.offset < low)',
    to: 'if (false)',
    tests: ['packages/kafka/check-log.test.ts'],
  },
  {
    name: 'another record where the last one was handled is taken for the same',
    file: 'packages/kafka/continuity.ts',
    from: 'isSameRecord(found, last)',
    to: 'true',
    tests: ['packages/kafka/batch-handler.test.ts'],
  },
  {
    name: 'every reading counts as settled',
    file: 'services/importer/observation-events.ts',
    from: 'observed(reading, asked, person, settled, stamp)',
    to: 'observed(reading, asked, person, true, stamp)',
    tests: ['services/importer/observation-events.test.ts'],
  },
]
