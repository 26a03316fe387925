/** Java, and the jars of Kafka: fetched from Maven Central once, checked, and kept. */
import { spawnSync } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kafkaJars, kafkaVersion } from './jars.ts'

const root = new URL('../../', import.meta.url).pathname
const cache = process.env['XDG_CACHE_HOME'] ?? join(root, 'node_modules/.cache')
const folder = join(cache, `gerbang-kafka-${kafkaVersion}`)
const repository = 'https://repo1.maven.org/maven2'

export const java = process.env['GERBANG_TEST_JAVA'] ?? 'java'

/** All jars, as Java takes them. */
export const classPath = join(folder, '*')

/**
 * Options of a test that needs Kafka. Where it cannot be had the test is skipped, but not in CI:
 * there it fails, so that nobody takes a skipped test for a passed one.
 */
export async function kafkaNeeded(): Promise<{ readonly skip: string | false }> {
  const missing = await missingKafka()
  if (missing === undefined) return { skip: false }
  if (process.env['CI'])
    throw new Error(`These tests need Kafka, and in CI none may be skipped: ${missing}`)
  return { skip: missing }
}

/** Why there is no Kafka here, and what to do about it; undefined where it can be started. */
export async function missingKafka(): Promise<string | undefined> {
  return missingJava() ?? (await missingJars())
}

function missingJava(): string | undefined {
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  if (error)
    return 'no Java: apt-get install openjdk-17-jre-headless, or name one in GERBANG_TEST_JAVA'
  const version = Number(/version "(\d+)/.exec(stderr)?.[1])
  return version >= 17 ? undefined : `Java ${version} is older than the 17 that a broker needs`
}

async function missingJars(): Promise<string | undefined> {
  mkdirSync(folder, { recursive: true })
  try {
    await Promise.all(Object.entries(kafkaJars).map(([name, sum]) => fetchJar(name, sum)))
    return undefined
  } catch (error) {
    return `the jars of Kafka cannot be had from ${repository}: ${(error as Error).message}`
  }
}

async function fetchJar(coordinates: string, sum: string): Promise<void> {
  const [group = '', artifact, version] = coordinates.split(':')
  const name = `${artifact}-${version}.jar`
  const file = join(folder, name)
  if (existsSync(file) && sumOf(readFileSync(file)) === sum) return
  const path = [...group.split('.'), artifact, version, name].join('/')
  const response = await fetch(`${repository}/${path}`, { signal: AbortSignal.timeout(60_000) })
  if (!response.ok) throw new Error(`${path} is answered by ${response.status}`)
  const bytes = Buffer.from(await response.arrayBuffer())
  if (sumOf(bytes) !== sum) throw new Error(`${path} is not what it was`)
  // Another test file may fetch it too, and must not meet a half of it.
  const fetched = `${file}.${randomUUID()}`
  writeFileSync(fetched, bytes)
  renameSync(fetched, file)
}

function sumOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
