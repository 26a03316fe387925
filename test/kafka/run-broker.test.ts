/** `npm run kafka` where something is missing. That it runs is seen in the other files: it is their broker. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePorts } from './broker-process.ts'
import { kafkaNeeded } from './install.ts'

const [port = 0] = await freePorts(1)

function run(argument: string, env: Readonly<Record<string, string>> = {}) {
  return spawnSync(process.execPath, [`${import.meta.dirname}/run-broker.ts`, argument], {
    env: { ...process.env, ...env },
    encoding: 'utf8',
  })
}

test('without Java it says how to get one', () => {
  const { status, stderr } = run(String(port), { GERBANG_TEST_JAVA: '/there/is/no/java' })
  assert.equal(status, 1)
  assert.match(stderr, /^\nKafka cannot be started: no Java: apt-get install [^\n]*\n\n$/)
})

test('without the network it says what it wanted from where', await kafkaNeeded(), () => {
  const { status, stderr } = run(String(port), {
    XDG_CACHE_HOME: mkdtempSync(join(tmpdir(), 'gerbang-no-jars-')),
    NODE_OPTIONS:
      '--import=data:text/javascript,globalThis.fetch=()=>Promise.reject(Error(/down/.source))',
  })
  assert.equal(status, 1)
  assert.match(stderr, /^\nKafka cannot be started: the jars of Kafka [^\n]*maven[^\n]*: down\n\n$/)
})

test('where its port is taken it says so, and what is no port is none', async () => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: taken } = server.address() as { port: number }
  const { status, stderr } = run(String(taken))
  server.close()
  assert.equal(status, 1)
  assert.match(stderr, /something listens on port \d+ already; for another: npm run kafka \d+/)
  for (const none of ['0', '65536', 'kafka']) assert.match(run(none).stderr, /: no port: /)
})
