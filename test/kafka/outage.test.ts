/**
 * A broker that is killed under load and comes back. GERBANG_TEST_OUTAGE_SECONDS says how long it is
 * away: 5 s, and a minute where there is time for it.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { asksBack, pays } from '../harness/settlements.ts'
import { createWorld, type World } from '../harness/world.ts'
import { startBroker } from './broker.ts'
import { assertComplete, consumeAll, kafkaConfig, untilPublished } from './events.ts'
import { kafkaNeeded } from './install.ts'

const needsKafka = await kafkaNeeded()
const outageMs = Number(process.env['GERBANG_TEST_OUTAGE_SECONDS'] ?? 5) * 1_000

/** Payments that are voided at once, over and over. */
function load(world: World, workers: number) {
  const state = { done: 0, slowestMs: 0, isStopped: false }
  const work = async () => {
    while (!state.isStopped) {
      const start = performance.now()
      const paid = await pays(world)
      state.slowestMs = Math.max(state.slowestMs, performance.now() - start)
      await asksBack(world, paid)
      state.done += 1
      // A steady load, not all that the machine can do.
      await sleep(20)
    }
  }
  const all = Promise.all(Array.from({ length: workers }, work))
  return {
    state,
    untilDone: async (more: number) => {
      const enough = state.done + more
      while (state.done < enough) await Promise.race([sleep(10), all])
    },
    stop: async () => {
      state.isStopped = true
      await all
    },
  }
}

test(
  'payments go on while the broker is away, and then every event arrives, in order per payment',
  needsKafka,
  async (t) => {
    const broker = await startBroker()
    // The simulated acquirer shares two cores with the broker.
    const config = { kafka: kafkaConfig(broker, 'outage.'), askDeadlineMs: 5_000 }
    const world = await createWorld({ config })
    const { state, untilDone, stop } = load(world, 3)
    await untilDone(30)
    await broker.kill()
    const before = state.done
    state.slowestMs = 0
    await sleep(outageMs)
    const during = state.done - before
    const { slowestMs } = state
    await broker.start()
    await untilDone(30)
    // Once more, and for a moment only: what was sent and not acknowledged may be there or not.
    await broker.kill()
    await broker.start()
    await untilDone(30)
    await stop()
    await untilPublished(world.database)

    assert.ok(during > outageMs / 1_000, `${during} payments during the outage`)
    // No answer waited for Kafka: the library alone would have waited 5 s for a connection.
    assert.ok(slowestMs < 2_500, `a payment took ${slowestMs} ms`)
    const repeated = await assertComplete(world.database, await consumeAll(broker, 'outage.'))
    const lines = world.logLines.filter((line) => line.includes('events cannot be published'))
    assert.ok(lines.length >= 1 && lines.length <= 2, `${lines.length} lines for two outages`)
    t.diagnostic(
      `${state.done} payments, ${during} of them during ${outageMs} ms without a broker, slowest ${Math.round(slowestMs)} ms, ${repeated} events twice`,
    )
  },
)
