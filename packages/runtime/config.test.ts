import { inspect } from 'node:util'
import t from 'tap'
import Type from 'typebox'
import type { AppError } from './app-error.ts'
import { commaList, commonSettings, hibobSettings, masterKeyOf, masterKeySetting, readConfig } from './config.ts'
import { proxiesOf, proxySettings } from './proxy.ts'

const schema = Type.Object({
  ...commonSettings.properties,
  ...masterKeySetting.properties,
  ...hibobSettings.properties,
  SHARE: Type.Number({ default: 0.5, maximum: 1 }),
  EAGER: Type.Boolean({ default: false }),
})
const key = Buffer.alloc(32, 7).toString('base64')
const needed = { KAFKA_BROKERS: 'a:9092,b:9092', MONGODB_URL: 'mongodb://u:hunter2@m/db', MASTER_KEY: key }

const problemsOf = (env: NodeJS.ProcessEnv) => {
  try {
    readConfig(schema, env)
    return []
  } catch (error) {
    t.equal((error as AppError).code, 'config_invalid')
    return (error as AppError).message.split('\n').slice(1)
  }
}

t.test(
  'what is set is read as its type, what is not set has its default, and an empty value counts as not set',
  async t => {
    const config = readConfig(schema, { ...needed, ADMIN_PORT: '9191', SHARE: '0.25', EAGER: 'true', LOG_LEVEL: '' })
    t.same(
      { ...config },
      {
        ...needed,
        ADMIN_PORT: 9191,
        SHARE: 0.25,
        EAGER: true,
        LOG_LEVEL: 'info',
        TOPIC_PREFIX: '',
        STARTUP_PATIENCE_MS: 600_000,
        TOPICS_CHECK_EVERY_MS: 300_000,
        NODE_ENV: 'development',
        HIBOB_ALLOWED_URLS: '',
        HIBOB_SETTLING_MS: 25000,
      },
    )
  },
)

t.test('all problems are told together, each with its setting and what to do', async t => {
  const problems = problemsOf({
    MONGODB_URL: 'mongodb://m/db',
    MASTER_KEY: 'short',
    ADMIN_PORT: '99999',
    LOG_LEVEL: 'loud',
  })
  for (const name of [
    'KAFKA_BROKERS is not set',
    'MASTER_KEY is not 32 bytes in base64',
    'ADMIN_PORT must',
    'LOG_LEVEL must',
  ])
    t.ok(
      problems.some(line => line.startsWith(`  - ${name}`)),
      name,
    )
  t.equal(problems.length, 4)
  t.match(problems.join('\n'), 'openssl rand -base64 32')
})

t.test('what is no plain number is refused, never read as another one', async t => {
  for (const value of ['1.5', 'true', '0x10', '12abc', '1e3', '-', '-1', '65536', '1e999'])
    t.match(
      problemsOf({ ...needed, ADMIN_PORT: value }),
      [/ADMIN_PORT must be a port from 0 to 65535 \(got ".*"\)/],
      value,
    )
  t.match(problemsOf({ ...needed, EAGER: 'yes' }), [/EAGER must be true or false \(got "yes"\)/])
})

t.test('a value at fault is shown, a secret never', async t => {
  t.match(problemsOf({ ...needed, LOG_LEVEL: 'loud' }), [/trace, .* or silent \(got "loud"\)/])
  t.match(problemsOf({ ...needed, HIBOB_SETTLING_MS: '2147483648' }), [/a whole number from 0 to 2147483647 \(got/])
  for (const [name, value] of [
    ['MASTER_KEY', 'hunter2'],
    ['MONGODB_URL', 'mongodb://u:hunter2@h'],
    ['MONGODB_URL', 'mongodb://u:hunter2@@h/d'],
    ['MONGODB_URL', '"mongodb://u:hunter2@h/d"'],
    ['KAFKA_BROKERS', 'u:hunter2@h:9092'],
  ] as const) {
    const problems = problemsOf({ ...needed, [name]: value })
    t.match(problems, [new RegExp(`^  - ${name} `)])
    t.notMatch(problems.join(), 'hunter2')
  }
})

t.test('a port that Kubernetes has set for a Service is named as that', async t => {
  for (const value of ['tcp://10.96.0.12:8080', 'udp://[fd00::12]:8080'])
    t.match(problemsOf({ ...needed, ADMIN_PORT: value }), [
      /\(got ".*:8080"\)\. Kubernetes .*Service named admin: .*enableServiceLinks/,
    ])
})

t.test('quotes, line ends and blanks around a value are named, and no value is shown for them', async t => {
  for (const name of ['KAFKA_BROKERS', 'MONGODB_URL', 'MASTER_KEY', 'TOPIC_PREFIX', 'HIBOB_ALLOWED_URLS'] as const) {
    const value = { ...needed, TOPIC_PREFIX: 'hunter2', HIBOB_ALLOWED_URLS: 'https://hunter2.example' }[name]
    for (const [wrapped, problem] of [
      [`"${value}"`, 'has quotes around it'],
      [`'${value}'\n`, 'has quotes around it'],
      [`“${value}”`, 'has quotes around it'],
      [`${value}\n`, 'has a line end around it'],
      [`\r\n${value}`, 'has a line end around it'],
      [`${value}\r`, 'has a line end around it'],
      [` ${value}`, 'has a blank around it'],
      [`\uFEFF${value}`, 'has a blank around it'],
      [`${value}\u00a0`, 'has a blank around it'],
      ['  ', 'holds nothing but blanks'],
      [`${value}\n${value}`, 'holds a line end'],
    ] as const) {
      const problems = problemsOf({ ...needed, [name]: wrapped })
      t.match(problems, [`  - ${name} ${problem}`], `${name} ${problem}`)
      t.notMatch(problems.join(), /hunter2/)
    }
  }
  t.equal(problemsOf({ ...needed, ADMIN_PORT: ' 8080\n' }).length, 0, 'around a number they do no harm')
  t.match(problemsOf({ ...needed, ADMIN_PORT: '"8080"' }), [/ADMIN_PORT has quotes around it/])
})

t.test('proxies are set for a whole machine: blanks around them are nobody’s fault here', async t => {
  const given = { HTTPS_PROXY: ' http://proxy.example.com:3128\n', NO_PROXY: 'localhost, 127.0.0.1 ' }
  const config = readConfig(Type.Object({ ...schema.properties, ...proxySettings.properties }), { ...needed, ...given })
  t.equal(proxiesOf(config).proxyFor('https://api.hibob.com/v1')?.address, 'proxy.example.com:3128')
  t.equal(proxiesOf(config).proxyFor('https://localhost'), null)
})

t.test('a prefix that no topic can have is refused', async t => {
  for (const prefix of ['acme/', 'a b', 'ä.', 'x'.repeat(201)])
    t.match(problemsOf({ ...needed, TOPIC_PREFIX: prefix }), [/TOPIC_PREFIX must be letters/], prefix)
})

t.test('printed or turned into JSON, the configuration keeps its secrets', async t => {
  const config = readConfig(schema, needed)
  const printed = JSON.stringify(config) + inspect(config) + inspect({ nested: { config } })
  t.notMatch(printed, 'hunter2')
  t.notOk(printed.includes(key))
  t.match(printed, '25000')
})

t.test('the master key is 32 bytes in base64, or is refused with what to do', async t => {
  t.equal(masterKeyOf(key).length, 32)
  for (const wrong of ['', 'abc', Buffer.alloc(31).toString('base64'), `${key}\n`, key.slice(0, -1)])
    t.throws(() => masterKeyOf(wrong), { code: 'config_invalid', message: /openssl/ })
})

t.test('a comma list passes over spaces and empty parts', async t => {
  t.same(commaList(' a:1, b:2,,'), ['a:1', 'b:2'])
  t.same(commaList(''), [])
})
