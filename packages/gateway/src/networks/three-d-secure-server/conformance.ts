/**
 * What every 3-D Secure server connector must do, as a suite that each connector's test runs
 * against itself. `world` says how to bring the server into each situation.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Secret } from '../../primitives/secret.ts'
import type { AuthenticationCommand, ThreeDSecureServer } from './contract.ts'
import { type CardBrand, electronicCommerceIndicators } from './electronic-commerce-indicator.ts'

export type ThreeDSecureSituation =
  | 'frictionless'
  | 'attempted'
  | 'not-enrolled'
  | 'challenge'
  | 'not-authenticated'
  | 'unavailable'
  | 'rejected'
  | 'unreachable'

export type ThreeDSecureWorld = {
  server(): ThreeDSecureServer
  /** A command that brings about the situation; each call has a new reference. */
  command(situation: ThreeDSecureSituation, brand?: CardBrand): AuthenticationCommand
  rightPassword: string
  wrongPassword: string
}

export function testThreeDSecureServer(name: string, world: ThreeDSecureWorld): void {
  const soon = () => AbortSignal.timeout(5_000)
  const authenticate = (command: AuthenticationCommand) =>
    world.server().authenticate(command, soon())
  const enter = (command: AuthenticationCommand, password: string) =>
    world.server().answerChallenge(command.reference, new Secret(password), soon())

  for (const [situation, kind, status] of [
    ['frictionless', 'authenticated', 'authenticated'],
    ['attempted', 'attempted', 'attempted'],
    ['not-enrolled', 'not_enrolled', 'none'],
  ] as const) {
    test(`${name}: ${situation} gives the ECI of its brand and status`, async () => {
      const command = world.command(situation)
      const outcome = await authenticate(command)
      assert.equal(outcome.kind, kind)
      assert.ok('eci' in outcome)
      assert.equal(outcome.eci, electronicCommerceIndicators[command.card.brand][status])
      assert.equal(outcome.cryptogram === undefined, status === 'none')
    })
  }

  for (const [situation, status] of [
    ['not-authenticated', 'N'],
    ['unavailable', 'U'],
    ['rejected', 'R'],
  ] as const) {
    test(`${name}: ${situation} fails with status ${status}`, async () => {
      const outcome = await authenticate(world.command(situation))
      assert.ok(outcome.kind === 'failed')
      assert.equal(outcome.status, status)
    })
  }

  test(`${name}: a server that cannot be reached is an outcome, not an exception`, async () => {
    assert.equal((await authenticate(world.command('unreachable'))).kind, 'unreachable')
    const late = await world.server().authenticate(world.command('challenge'), AbortSignal.abort())
    assert.equal(late.kind, 'unreachable')
  })

  test(`${name}: a challenge is passed by the right password, after a wrong one too`, async () => {
    const command = world.command('challenge')
    assert.equal((await authenticate(command)).kind, 'challenge')
    assert.equal((await enter(command, world.wrongPassword)).kind, 'wrong_password')
    const passed = await enter(command, world.rightPassword)
    assert.ok(passed.kind === 'authenticated')
    assert.equal(passed.eci, electronicCommerceIndicators[command.card.brand].authenticated)
    assert.equal(Buffer.from(passed.cryptogram ?? '', 'base64').length, 20)
  })

  test(`${name}: the result can be asked for later, and is the same`, async () => {
    const command = world.command('challenge')
    await authenticate(command)
    assert.equal((await world.server().findResult(command.reference, soon()))?.kind, 'challenge')
    const passed = await enter(command, world.rightPassword)
    assert.deepEqual(await world.server().findResult(command.reference, soon()), passed)
    assert.equal(await world.server().findResult('f'.repeat(64), soon()), undefined)
  })

  test(`${name}: the same reference twice is one authentication`, async () => {
    const command = world.command('frictionless')
    assert.deepEqual(await authenticate(command), await authenticate(command))
  })

  test(`${name}: an outcome shows no card data`, async () => {
    const command = world.command('frictionless')
    const shown = inspect(await authenticate(command), { depth: 9 })
    command.card.number.reveal((digits) => assert.ok(!shown.includes(digits)))
  })
}
