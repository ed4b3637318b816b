// `npm run engines`: Kafka and MongoDB alone, over the data that `npm start` keeps, for services that are run one by one. Ctrl-C ends them.
import { join } from 'node:path'
import { withoutPassword } from '@hibob-sync/runtime'
import { checkedConfig } from './config.ts'
import { takeDataDirectory } from './data-directory.ts'
import { endOnSignals } from './ending.ts'
import { shareEnvironment, startedEngines } from './kept-engines.ts'
import { keptMasterKey } from './master-key.ts'
import { tellBelow } from './show.ts'

const { atEnd, fail } = endOnSignals({
  onEnding() {
    tellBelow()
    console.log('ending …')
  },
  enginesAnswer: async () => true,
})
await start().catch(fail)

async function start(): Promise<void> {
  const config = checkedConfig(process.env)
  const { dataDir, giveBack } = await takeDataDirectory(config.HIBOB_SYNC_DATA)
  atEnd(giveBack)
  const masterKey = await keptMasterKey(join(dataDir, 'master-key'))
  const { brokers, mongoUrl } = await startedEngines(config, dataDir, atEnd)
  const found = { KAFKA_BROKERS: brokers.join(','), MONGODB_URL: mongoUrl, MASTER_KEY: masterKey }
  await shareEnvironment({ ...process.env, ...found }, dataDir, atEnd)
  tellBelow()
  console.log(`
  Kafka      ${brokers.join(',')}
  MongoDB    ${withoutPassword(mongoUrl)}

Commands in other terminals find them, such as \`npx hibob-sync topics apply\`, \`npx hibob-sync run ingress\`. Ctrl-C ends them.`)
  // the engines themselves keep no process waiting
  const waiting = setInterval(() => {}, 2 ** 30)
  atEnd(() => clearInterval(waiting))
}
