/** The vault: what is kept cannot be read by itself, and is opened for its own merchant only. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authenticated, cards, createWorld } from '../../../../test/harness/world.ts'
import { openKeyRing } from '../platform/key-ring/index.ts'
import { systemClock } from '../primitives/clock.ts'
import { createIds, type MerchantId } from '../primitives/id.ts'
import { systemRandom } from '../primitives/random.ts'
import { Secret } from '../primitives/secret.ts'
import { createVault, keepCards, type SealedCard } from './index.ts'

const { database, ...world } = { ...(await createWorld()) }
const clock = systemClock()
const ids = createIds(clock, systemRandom)
const rootKey = new Secret(Buffer.alloc(32, 7))
const keyRing = await openKeyRing({ database, rootKey, clock, random: systemRandom })
const vault = createVault({ database, keyRing, ids, clock, random: systemRandom })
const owner = 'mer_owner' as MerchantId
const number = '5573381011111101'
const card = { number: new Secret(number), expiry: { month: 12, year: 2030 } }

/** Keeps a card for an operation that begins where the condition holds. */
const keep = (sealed: SealedCard, begins: ReturnType<typeof database>) => database`
  with mine as (select 'op' as operation_id where ${begins})
  ${keepCards(database, [{ operationId: 'op', card: sealed }], database`mine`)}`

test('a kept card is opened as it was given, by its own merchant only', async () => {
  const sealed = vault.seal(owner, card)
  await keep(sealed, database`true`)
  const opened = await vault.open(owner, sealed.cardId)
  assert.deepEqual(opened?.expiry, card.expiry)
  assert.equal(
    opened?.number.reveal((digits) => digits),
    number,
  )
  assert.equal(await vault.open('mer_other' as MerchantId, sealed.cardId), undefined)
})

test('a sealed card holds no digit of the number, and is another one each time', () => {
  const [one, two] = [vault.seal(owner, card), vault.seal(owner, card)]
  assert.ok(!one.sealedCard.toString('latin1').includes(number.slice(0, 6)))
  assert.notDeepEqual(one.sealedCard, two.sealedCard)
  assert.deepEqual(one.fingerprint, two.fingerprint)
})

test('a sealed card that was moved to another merchant or card does not open', async () => {
  const sealed = vault.seal(owner, card)
  const stolen = { ...sealed, merchantId: 'mer_thief' as MerchantId }
  await keep(stolen, database`true`)
  await assert.rejects(vault.open(stolen.merchantId, stolen.cardId))
})

test('a fingerprint is keyed: no plain hash of the number, and one for each number', () => {
  const fingerprint = vault.fingerprint(new Secret(number))
  assert.equal(fingerprint.length, 32)
  assert.notDeepEqual(fingerprint, vault.fingerprint(new Secret(cards.frictionless)))
})

test('a check keeps its card; nothing is kept for an operation that does not begin', async () => {
  const count = async () => (await database`select 1 from cards`).length
  const before = await count()
  await authenticated(world)
  assert.equal(await count(), before + 1)
  await keep(vault.seal(owner, card), database`false`)
  assert.equal(await count(), before + 1)
})
