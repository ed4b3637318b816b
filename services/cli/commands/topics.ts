// `topics`: the topics as code.
import { applyTopics, checkTopics, requiredProblems, type TopicProblem } from '@hibob-sync/kafka'
import { AppError } from '@hibob-sync/runtime'
import type { Command } from 'commander'
import type { Context } from '../context.ts'
import { examples, type OutputOptions, printJson, printTable, say } from '../output.ts'

export function topicCommands(program: Command, context: Context): void {
  const topics = program.command('topics').description('create and check the topics')

  topics
    .command('apply')
    .description('create missing topics and set their configuration; partition counts are never changed')
    .option(
      '--replication-factor <number>',
      'replicas of each partition: 3, or as many as there are brokers outside production',
    )
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync topics apply', 'hibob-sync topics apply --replication-factor 1'))
    .action(async (options: OutputOptions & { replicationFactor?: string }) => {
      const production = context.settings().NODE_ENV === 'production'
      const replicationFactor =
        options.replicationFactor === undefined ? (production ? 3 : 'brokers') : factorOf(options.replicationFactor)
      const done = await context.withKafka(client =>
        applyTopics(client, { prefix: context.settings().TOPIC_PREFIX, replicationFactor }),
      )
      if (options.json) return printJson({ done })
      say(done.length === 0 ? 'The topics are as they should be' : done.join('\n'))
    })

  topics
    .command('check')
    .description('say what is wrong with the topics; exit status 1 when anything is')
    .option('--json', 'print JSON')
    .addHelpText('after', examples('hibob-sync topics check', 'NODE_ENV=production hibob-sync topics check --json'))
    .action(async (options: OutputOptions) => {
      const { TOPIC_PREFIX: prefix, NODE_ENV } = context.settings()
      const found = await context.withKafka(client => checkTopics(client, { prefix }))
      const problems = requiredProblems(found, NODE_ENV === 'production')
      const excused = found.filter(problem => !problems.includes(problem))
      if (options.json) printJson({ problems, excused })
      else show(problems, excused)
      if (problems.length > 0) process.exitCode = 1
    })
}

function show(problems: TopicProblem[], excused: TopicProblem[]): void {
  const rows = problems.map(({ topic, problem }) => [topic, problem])
  printTable(
    ['topic', 'problem'],
    rows,
    `The topics are as they should be${excused.length === 0 ? '' : ' for development'}`,
  )
  if (excused.length > 0) say('Production (NODE_ENV=production) would refuse that:')
  for (const { topic, problem } of excused) say(`  ${topic} ${problem}`)
}

function factorOf(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text)
  const message = `--replication-factor must be a whole number from 1 (got ${JSON.stringify(text)})`
  throw new AppError('replication_factor_invalid', message, { retryable: false })
}
