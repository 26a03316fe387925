/** The test cards of sandbox.md at the simulated 3-D Secure server. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../../test/harness/database.ts'
import { systemClock } from '../../../primitives/clock.ts'
import { rupiah } from '../../../primitives/money.ts'
import { systemRandom } from '../../../primitives/random.ts'
import { Secret } from '../../../primitives/secret.ts'
import type { AuthenticationOutcome } from '../contract.ts'
import type { CardBrand } from '../electronic-commerce-indicator.ts'
import { createThreeDSecureSimulator } from './index.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const server = createThreeDSecureSimulator({
  database: testDatabase.connect(2),
  clock: systemClock(),
  random: systemRandom,
})
const soon = () => AbortSignal.timeout(5_000)

const commandOf = (number: string, brand: CardBrand) => ({
  reference: randomBytes(32).toString('hex'),
  card: { number: new Secret(number), expiry: { month: 12, year: 2030 }, brand },
  order: { amount: rupiah(90_000n), invoiceNumber: undefined },
  merchantName: 'Shop',
  browser: undefined,
})

/** `challenge`, `authenticated 05`, `failed N`. */
function brief(outcome: AuthenticationOutcome): string {
  if ('eci' in outcome) return `${outcome.kind} ${outcome.eci}`
  return outcome.kind === 'failed' ? `failed ${outcome.status}` : outcome.kind
}

for (const [number, brand, expected] of [
  ['5573381011111101', 'MASTER', 'challenge'],
  ['4137190000009008', 'VISA', 'challenge'],
  ['4761349999000039', 'VISA', 'challenge'],
  ['4512490000000907', 'VISA', 'challenge'],
  ['3528000000000007', 'JCB', 'challenge'],
  ['4000000000001900006', 'VISA', 'challenge'],
  ['371449635398431', 'AMEX', 'challenge'],
  ['4111111111111111', 'VISA', 'authenticated 05'],
  ['5200000000001005', 'MASTER', 'authenticated 02'],
  ['4000000000001000', 'VISA', 'attempted 06'],
  ['4000000000002008', 'VISA', 'failed N'],
  ['4000000000003006', 'VISA', 'failed U'],
  ['4000000000004004', 'VISA', 'failed R'],
  ['4000000000000002', 'VISA', 'not_enrolled 07'],
  ['4000000000005001', 'VISA', 'unreachable'],
  ['5576920000000390', 'MASTER', 'challenge'],
  ['5576920000001000', 'MASTER', 'challenge'],
  ['4000000000043002', 'VISA', 'challenge'],
  ['4242424242424242', 'VISA', 'challenge'],
] as const) {
  test(`card ${number.slice(0, 6)}…${number.slice(-4)}: ${expected}`, async () => {
    assert.equal(brief(await server.authenticate(commandOf(number, brand), soon())), expected)
  })
}

test('a proof is a cryptogram of 20 bytes and a transaction id that is a UUID', async () => {
  const outcome = await server.authenticate(commandOf('4111111111111111', 'VISA'), soon())
  assert.ok(outcome.kind === 'authenticated')
  assert.equal(Buffer.from(outcome.cryptogram ?? '', 'base64').length, 20)
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  assert.match(outcome.directoryServerTransactionId ?? '', uuid)
})

test('a challenge that is passed stays passed, with one proof, however often it is entered', async () => {
  const command = commandOf('4761349999000039', 'VISA')
  await server.authenticate(command, soon())
  const enter = (password: string) =>
    server.answerChallenge(command.reference, new Secret(password), soon())
  const [first, second] = await Promise.all([enter('123456'), enter('123456')])
  assert.equal(first.kind, 'authenticated')
  assert.deepEqual(second, first)
  assert.deepEqual(await enter('123456'), first)
})

for (const [why, number] of [
  ['failed', '4000000000002008'],
  ['unavailable', '4000000000003006'],
] as const) {
  test(`the right password passes no authentication that is ${why}`, async () => {
    const command = commandOf(number, 'VISA')
    await server.authenticate(command, soon())
    const outcome = await server.answerChallenge(command.reference, new Secret('123456'), soon())
    assert.equal(outcome.kind, 'unreachable')
  })
}

test('a password for an authentication that nobody began is unreachable', async () => {
  const outcome = await server.answerChallenge('0'.repeat(64), new Secret('123456'), soon())
  assert.equal(outcome.kind, 'unreachable')
})
