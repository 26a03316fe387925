/**
 * What every card acquirer connector must do, as a suite that each connector's test runs against
 * itself. `world` says how to bring the acquirer into each situation.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { AcquirerOutcome, CardAcquirer, SaleCommand } from './contract.ts'

export type AcquirerWorld = {
  acquirer(): CardAcquirer
  /** A command that nothing but the given situation steers; each call has new references. */
  command(situation: 'approve' | 'decline' | 'lose-answer' | 'lose-request'): SaleCommand
  /** How many messages the acquirer holds for an invoice. */
  countMessages(invoiceNumber: string): Promise<number>
}

export function testCardAcquirer(name: string, world: AcquirerWorld): void {
  const ask = (command: SaleCommand, deadlineMs = 5_000): Promise<AcquirerOutcome> =>
    world.acquirer().sale(command, AbortSignal.timeout(deadlineMs))

  test(`${name}: an approval carries its response code and an approval code`, async () => {
    const outcome = await ask(world.command('approve'))
    assert.equal(outcome.kind, 'approved')
    assert.ok(outcome.kind === 'approved' && outcome.responseCode === '00')
    assert.match(outcome.kind === 'approved' ? outcome.approvalCode : '', /^[0-9A-Z]{6}$/)
  })

  test(`${name}: a refusal carries the acquirer's code`, async () => {
    const outcome = await ask(world.command('decline'))
    assert.equal(outcome.kind, 'refused')
    assert.match(outcome.kind === 'refused' ? outcome.responseCode : '', /^[0-9A-Z]{2}$/)
  })

  test(`${name}: a lost answer is unknown, and the acquirer has the message`, async () => {
    const command = world.command('lose-answer')
    const outcome = await ask(command, 150)
    assert.equal(outcome.kind, 'unknown')
    assert.equal(await world.countMessages(command.invoiceNumber), 1)
  })

  test(`${name}: a lost request is unknown, and the acquirer has no message`, async () => {
    const command = world.command('lose-request')
    const outcome = await ask(command, 150)
    assert.equal(outcome.kind, 'unknown')
    assert.equal(await world.countMessages(command.invoiceNumber), 0)
  })

  test(`${name}: nothing is sent after the deadline`, async () => {
    const command = world.command('approve')
    const outcome = await world.acquirer().sale(command, AbortSignal.abort())
    assert.equal(outcome.kind, 'unknown')
    assert.equal(await world.countMessages(command.invoiceNumber), 0)
  })

  test(`${name}: the same message twice is one sale with one answer`, async () => {
    const command = world.command('approve')
    const [first, second] = await Promise.all([ask(command), ask(command)])
    assert.deepEqual(second, first)
    assert.deepEqual(await ask(command), first)
    assert.equal(await world.countMessages(command.invoiceNumber), 1)
  })

  test(`${name}: an outcome shows no card data`, async () => {
    const command = world.command('approve')
    const shown = `${inspect(await ask(command))}${JSON.stringify(command.card)}`
    command.card.number.reveal((digits) => assert.ok(!shown.includes(digits)))
  })
}
