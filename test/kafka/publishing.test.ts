/** Events at a real Apache Kafka, read by Kafka's own console consumer. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Value } from 'typebox/value'
import { eventCatalogue } from '../../packages/gateway/src/events/index.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'
import { authorize, captureOf, chargedBy, refundOf } from '../conformance/cards-life/calls.ts'
import { advance, bound, createKkiMerchant, served, unbindBody } from '../conformance/kki/calls.ts'
import { pays, settleNow } from '../harness/settlements.ts'
import { cards, control, createWorld, type World } from '../harness/world.ts'
import { readTls, saslUser, startBroker } from './broker.ts'
import {
  assertComplete,
  consumeAll,
  families,
  kafkaConfig,
  type Published,
  untilPublished,
} from './events.ts'
import { kafkaNeeded } from './install.ts'

const needsKafka = await kafkaNeeded()
const broker = needsKafka.skip ? undefined : await startBroker()

test(
  'a consumer reads what happened, in a topic for each family, as CloudEvents',
  needsKafka,
  async () => {
    assert.ok(broker)
    const kafka = kafkaConfig(broker, 'story.')
    const merchant = await createKkiMerchant({ config: { askDeadlineMs: 1_500, kafka } })
    const { world } = merchant
    const held = await authorize(world)
    await captureOf(world, held.body.payment.authorize_id, 60_000)
    const sold = await pays(world)
    await settleNow(world)
    await refundOf(world, sold, 40_000)
    await refundOf(world, chargedBy(held), 60_000)
    const { bankCardToken } = await bound(merchant)
    await served(merchant, 'unbind-card', unbindBody(bankCardToken))
    await advance(merchant, 60_000)
    await untilPublished(world.database)

    const messages = await consumeAll(broker, 'story.')
    assert.equal(await assertComplete(world.database, messages), 0)
    const log = (await control(world, 'GET', '/sandbox/events?limit=1000')).body.events
    for (const family of families) {
      assert.ok(messages[family].length > 0, `nothing in ${family}`)
      for (const { value, headers } of messages[family]) {
        assert.equal(headers, 'content-type:application/cloudevents+json; charset=UTF-8')
        const event: Published = JSON.parse(value)
        const row = eventCatalogue[event.type as keyof typeof eventCatalogue]
        assert.equal(row.family, family)
        assert.ok(Value.Check(row.data, event.data), value)
        assert.deepEqual(
          event,
          log.find(({ id }: Published) => id === event.id),
        )
      }
    }
    const text = JSON.stringify(messages)
    for (const number of [...Object.values(cards), bankCardToken]) assert.ok(!text.includes(number))
  },
)

test(
  'two processes that publish one log keep it complete, in order and without repetition',
  needsKafka,
  async () => {
    assert.ok(broker)
    const kafka = kafkaConfig(broker, 'two.')
    const world = await createWorld({ config: { kafka } })
    const other = await createWorld({ config: { kafka }, shares: world })
    await Promise.all(
      Array.from({ length: 60 }, async (_, i) => {
        const at = i % 2 === 0 ? world : other
        await refundOf(at, await pays(at), 90_000)
      }),
    )
    await untilPublished(world.database)
    assert.equal(await assertComplete(world.database, await consumeAll(broker, 'two.')), 0)
  },
)

test(
  'a publisher that is killed between sending and noting it repeats events, and loses none',
  needsKafka,
  async (t) => {
    assert.ok(broker)
    const idle = await createWorld()
    const { database, testDatabase } = idle
    await database`
    insert into events (merchant_id, event_id, type, subject, sequence, data, occurred_at)
    select 'mer_1', 'evt_' || n, 'payment.captured', 'pay_' || n % 7, n, '{}', now()
    from generate_series(1, 2000) as n`
    for (let kill = 0; kill < 3; kill++) {
      assert.equal(await runDying(testDatabase.connection, broker.address), 'SIGKILL')
      // What the dead one held, the next would wait for until the lease ends.
      await database`update event_publishing set leased_until = now()`
    }
    const kafka = kafkaConfig(broker, 'killed.')
    const world = await createWorld({ config: { kafka }, shares: idle })
    await untilPublished(world.database)
    const messages = { payments: await broker.consume('killed.payments') }
    const repeated = await assertComplete(database, messages)
    assert.ok(repeated > 0, 'nothing was sent before a kill')
    t.diagnostic(`${repeated} of 2000 events came twice`)
  },
)

/** Runs dying-publisher.ts until it kills itself; the signal that ended it. */
function runDying(connection: object, address: string): Promise<NodeJS.Signals | null> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/dying-publisher.ts`], {
    env: {
      ...process.env,
      GERBANG_TEST_DATABASE: JSON.stringify(connection),
      KAFKA_BROKERS: address,
    },
    stdio: 'inherit',
  })
  return new Promise((resolve) => child.once('exit', (_, signal) => resolve(signal)))
}

test(
  'a broker that wants TLS, a name and a password gets them; a wrong password publishes nothing',
  needsKafka,
  async () => {
    assert.ok(broker)
    const { username, password } = saslUser
    const tls = { ca: Buffer.from(readTls('certificate.pem')) }
    const sasl = { mechanism: 'PLAIN', username, password: new Secret(password) } as const
    const kafka = { ...kafkaConfig(broker, 'sasl.'), brokers: [broker.saslAddress], sasl, tls }
    const wrong = 'not-the-password'
    const refused = await createWorld({
      config: { kafka: { ...kafka, sasl: { ...sasl, password: new Secret(wrong) } } },
    })
    await pays(refused)
    await untilWaiting(refused)
    await refused.app.jobs.stop()
    const stranger = await createWorld({
      config: { kafka: { ...kafka, tls: { ca: undefined } } },
      shares: refused,
    })
    await untilWaiting(stranger)
    await stranger.app.jobs.stop()
    const world = await createWorld({ config: { kafka }, shares: refused })
    await untilPublished(world.database)
    assert.equal((await broker.consume('sasl.payments')).length, 1)
    for (const line of [...refused.logLines, ...stranger.logLines, ...world.logLines]) {
      assert.ok(!line.includes(password) && !line.includes(wrong))
    }
  },
)

/** Waits until a gateway says that it cannot publish, and why. */
async function untilWaiting({ logLines }: World): Promise<void> {
  const isTold = () => logLines.some((line) => line.includes('they wait'))
  for (const end = Date.now() + 30_000; !isTold(); await sleep(50)) assert.ok(Date.now() < end)
}
