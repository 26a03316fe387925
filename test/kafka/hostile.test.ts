/** What a broker does to its clients that a payment must not feel. */
import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Admin } from '@platformatic/kafka'
import { createKafkaSender, KafkaError } from '../../packages/gateway/src/platform/kafka/index.ts'
import { systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { startCuttableProxy } from '../harness/cuttable-proxy.ts'
import { createTestDatabase } from '../harness/database.ts'
import { startFakeBroker } from '../harness/fake-broker.ts'
import { callProcess, startProcess } from '../harness/process.ts'
import { chargeBody, checkBody, newInvoice, paths } from '../harness/world.ts'
import { saslUser, startBroker } from './broker.ts'
import { assertComplete, kafkaConfig, untilPublished } from './events.ts'
import { kafkaNeeded } from './install.ts'

const needsKafka = await kafkaNeeded()
const broker = needsKafka.skip ? undefined : await startBroker()

test(
  'a topic that comes back with fewer partitions ends one send, and nothing else',
  needsKafka,
  async () => {
    assert.ok(broker)
    const sender = createKafkaSender(kafkaConfig(broker, ''), systemClock())
    after(() => sender.close())
    const topics = ['shrunk']
    const messages = Array.from({ length: 40 }, (_, i) => ({
      ...{ topic: 'shrunk', key: `pay_${i}`, value: '{}', headers: {} },
    }))
    const send = () => sender.send(messages, new AbortController().signal)
    const create = (partitions: number) => (admin: Admin) =>
      admin.createTopics({ topics, partitions, replicas: 1 })
    await broker.changeTopics(create(12))
    await send()
    await broker.changeTopics(async (admin) => {
      await admin.deleteTopics({ topics })
      await create(1)(admin)
      // The broker says that a topic is made before it knows it itself.
      while ((await partitionsOf(admin, 'shrunk')) !== 1) await sleep(20)
    })
    // The library looks for the leader of a partition that there is no more, in a callback.
    await assert.rejects(send(), (error) => {
      assert.ok(error instanceof KafkaError)
      assert.match(error.message, /^the Kafka client broke down: .*leader/)
      return true
    })
    await send()
    // Some of the send that failed are there too.
    const keys = (await broker.consume('shrunk')).map(({ key }) => key)
    assert.equal(new Set(keys).size, messages.length)
  },
)

test(
  'a gateway whose broker resets the login takes payments, and publishes them once it is let in',
  needsKafka,
  async () => {
    assert.ok(broker)
    const testDatabase = await createTestDatabase()
    after(() => testDatabase.drop())
    const database = testDatabase.connect(1)
    const { databaseUrl } = await startCuttableProxy(testDatabase)
    const fake = await startFakeBroker('resets the connection')
    const gateway = await startProcess({
      DATABASE_URL: databaseUrl,
      GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-hostile-')),
      KAFKA_BROKERS: fake.address,
      KAFKA_TOPIC_PREFIX: 'hostile.',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_SASL_USERNAME: saslUser.username,
      KAFKA_SASL_PASSWORD: saslUser.password,
    })
    for (let payment = 0; payment < 3; payment++) {
      const invoice = newInvoice()
      const checked = await callProcess(gateway.url, paths.check, checkBody({ invoice }))
      const authenticationId = checked?.body.three_dsecure.authentication_id
      const body = chargeBody({ invoice, authenticationId })
      const paid = await callProcess(gateway.url, paths.charge, body)
      assert.equal(paid?.body.payment.status, 'SUCCESS')
      const before = fake.connections()
      for (const end = Date.now() + 20_000; fake.connections() < before + 2; await sleep(20))
        assert.ok(Date.now() < end, 'it does not try again')
    }
    const [row] = await database`select last_number as "lastNumber" from event_publishing`
    assert.equal(row?.['lastNumber'], 0n)
    assert.match(gateway.output(), /events cannot be published, they wait/)
    assert.ok(!gateway.output().includes(saslUser.password))

    fake.leadTo(broker.scramPort)
    await untilPublished(database)
    await assertComplete(database, { payments: await broker.consume('hostile.payments') })
    assert.equal(await gateway.end('SIGTERM'), 0)
  },
)

/** How many a topic has for the broker; none where it does not know the topic. */
async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  const asked = { topics: [topic], autocreateTopics: false, forceUpdate: true }
  const { topics } = await admin.metadata(asked).catch(() => ({ topics: new Map() }))
  return topics.get(topic)?.partitionsCount ?? 0
}
