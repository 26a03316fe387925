/**
 * A process that is paused (SIGSTOP) in the middle of a charge and wakes up late: `ask_until` keeps it
 * and the resolver of another process apart, and whatever it does then changes nothing any more.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { advance, messagesOf, orderStatus } from '../conformance/calls.ts'
import { absentBody } from '../conformance/cards-life/calls.ts'
import { assertBooksAgree } from '../harness/compare-books.ts'
import { callProcess, startDyingProcess } from '../harness/process.ts'
import { createWorld, paths } from '../harness/world.ts'

const world = await createWorld({ config: { askDeadlineMs: 200 } })
await world.app.jobs.stop()

const pause = (milliseconds: number) =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })

/** `T` in its status: stopped by a signal. */
const isPaused = (pid: number) => /\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))

for (const [moment, word, kinds] of [
  // It would send what was reversed meanwhile: the acquirer refuses that.
  ['sale before', 'FAILED', ['inquiry', 'reversal']],
  // It would settle what was found out meanwhile.
  ['sale after', 'SUCCESS', ['sale', 'inquiry']],
] as const) {
  test(`paused at "${moment}": another finds out that it is ${word}, and it stays so`, async () => {
    const pausing = await startDyingProcess(world.testDatabase, moment, {
      GERBANG_DIE_BY: 'SIGSTOP',
      GERBANG_ASK_DEADLINE_MS: '200',
    })
    const body = absentBody('MOTO')
    const invoice = body.order.invoice_number
    const answer = callProcess(pausing.url, paths.charge, body)
    while (!isPaused(pausing.pid)) await pause(5)
    await pause(220)
    await advance(world, 1 / 60)
    assert.equal((await orderStatus(world, invoice)).body.transaction.status, word)

    process.kill(pausing.pid, 'SIGCONT')
    const late = await answer
    assert.equal(late?.body.payment.status, word, late?.text)
    assert.equal((await orderStatus(world, invoice)).body.transaction.status, word)
    const seen = (await messagesOf(world, invoice)).map(({ kind }) => kind)
    assert.deepEqual(
      seen.filter((kind) => kind !== 'sale' || moment === 'sale after'),
      kinds,
    )
    await assertBooksAgree(world.database, [invoice])
    await pausing.end('SIGKILL')
  })
}
