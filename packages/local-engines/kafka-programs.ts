// Apache Kafka's own jars, from Maven Central, and how they are run.
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cached, run } from './cache.ts'
import type { KafkaLayout } from './kafka-properties.ts'

const version = '4.3.1'
const jars = [
  `org.apache.kafka:kafka_2.13:${version}`,
  `org.apache.kafka:kafka-tools:${version}`,
  'org.slf4j:slf4j-simple:1.7.36',
]

export const kafkaMissing =
  'Kafka cannot be started here: install Java 17 or later and Maven, or set KAFKA_BROKERS to a running Kafka, or start Docker'

/** The folder of the jars; downloads them the first time. */
export function kafkaLibs(cacheDir: string): Promise<string> {
  return cached(cacheDir, `kafka-${version}`, async target => {
    await writeFile(join(target, 'pom.xml'), pom)
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${target}`]
    await run('mvn', ['-q', '-B', ...goal], { cwd: target, missing: kafkaMissing })
  })
}

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>local</groupId><artifactId>kafka</artifactId><version>1</version><dependencies>
${jars
  .map(jar => jar.split(':'))
  .map(
    ([group, artifact, number]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`,
  )
  .join('\n')}
</dependencies></project>`

/** Makes a node's data directory ready for its first start. */
export async function formatNode(libs: string, layout: KafkaLayout, propertiesFile: string): Promise<void> {
  const controllers = layout.ports.map(
    ({ controller }, index) => `${index + 1}@127.0.0.1:${controller}:${layout.directoryIds[index]}`,
  )
  const quorum = controllers.length === 1 ? ['--standalone'] : ['--initial-controllers', controllers.join(',')]
  const tool = ['-cp', `${libs}/*`, 'kafka.tools.StorageTool', 'format', '-t', layout.clusterId, '-c', propertiesFile]
  await run('java', [...tool, ...quorum], { missing: kafkaMissing })
}

export const nodeArguments = (libs: string, propertiesFile: string): string[] => [
  ...['-Xmx512m', '-Xms256m', '-XX:+UseSerialGC', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'],
  ...['-cp', `${libs}/*`, 'kafka.Kafka', propertiesFile],
]
