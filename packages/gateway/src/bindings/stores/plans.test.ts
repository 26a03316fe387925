/** What a binding reads must not grow with the bindings and messages that there are of its merchant. */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { createTestDatabase } from '../../../../../test/harness/database.ts'
import { newBinding } from '../../../../../test/harness/new-binding.ts'
import { assertReadsByKey, type Measure } from '../../../../../test/harness/rows-read.ts'
import { claimOpen, putOff } from '../../platform/looking/index.ts'
import { later, systemClock } from '../../primitives/clock.ts'
import { createIds, type MerchantId } from '../../primitives/id.ts'
import { systemRandom } from '../../primitives/random.ts'
import type { RequestClaim } from '../../requests/index.ts'
import type { MessageOfBinding } from '../binding.ts'
import type { BindingMessageKind } from '../machine.ts'
import { beginBinding, type NewBinding } from './begin-binding.store.ts'
import {
  findBinding,
  findBindingOfPage,
  findBound,
  findBoundOf,
  findFirstMessage,
  findMessages,
  findSealed,
} from './bindings.store.ts'
import { beginTry } from './one-time-password.store.ts'
import {
  endPending,
  loseMessage,
  markReversing,
  settleAccepted,
  settleBound,
  settleFailed,
  settleRefused,
} from './settle-binding.store.ts'
import { beginUnbinding, renewMessage, settleUnbound } from './unbind.store.ts'
import { findExpired, findNextExpiry, openMessages } from './unfinished-bindings.store.ts'

const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
// One connection, so that all statements run by the plans that the first of them made.
const database = testDatabase.connect(1)
const ids = createIds(systemClock(), systemRandom)
const merchantId = 'mer_of_the_binding_plans' as MerchantId
const now = new Date()
const soon = later(now, 3_600_000)
const announce = () => []

let last = 0

function newMessage(kind: BindingMessageKind): MessageOfBinding['message'] {
  last += 1
  const stan = String(last).padStart(6, '0')
  return {
    messageId: ids.next('bindingMessage'),
    kind,
    state: 'asked',
    references: { stan, rrn: `632500${stan}`, transmittedAt: now },
    askUntil: now,
    responseCode: undefined,
    createdAt: now,
  }
}

function newClaim(): RequestClaim {
  return {
    merchantId,
    scope: 'snap',
    requestId: ids.next('reference'),
    route: '/of/the/tests',
    bodyMac: randomBytes(32),
    signatureMac: randomBytes(32),
    supersedes: undefined,
  }
}

const claimed = () => ({ claim: newClaim(), requestExpiresAt: soon })
const keyOf = ({ messageId }: MessageOfBinding['message']) => ({ merchantId, messageId })

async function begin(newOne: NewBinding, lookAt = soon): Promise<MessageOfBinding> {
  const message = newMessage('bind')
  const begun = { ...claimed(), newBinding: newOne, message, lookAt }
  assert.ok(await beginBinding(database, begun))
  return { binding: newOne.binding, message }
}

const accept = (asked: MessageOfBinding, expiresAt = soon) =>
  settleAccepted(database, { asked, settledAt: now }, expiresAt)

async function beginAndLose(measure: Measure, newOne: NewBinding): Promise<void> {
  let asked: MessageOfBinding | undefined
  await measure('a begin', async () => {
    asked = await begin(newOne, now)
  })
  if (!asked) return
  const { message } = asked
  await measure('a lost answer', () => loseMessage(database, keyOf(message), now))
  await measure('a claim by the resolver', async () => {
    const options = { now, realNow: new Date(), leaseUntil: soon, limit: 20 }
    assert.equal((await claimOpen(database, openMessages, options)).length, 1)
  })
  await measure('its look', async () =>
    assert.equal((await findMessages(database, [keyOf(message)])).length, 1),
  )
  await measure('its putting off', () =>
    putOff(database, openMessages, { merchantId, id: message.messageId }, now),
  )
  const found = { ...asked }
  await measure('a sent password', async () => assert.ok(await accept(found)))
}

async function find(measure: Measure, { binding, ...kept }: NewBinding): Promise<void> {
  const { bindingId, pageId = '', referenceNo, partnerReferenceNo = '' } = binding
  const { tokenFingerprint, authCodeFingerprint = Buffer.alloc(0) } = kept
  for (const key of [
    { bindingId },
    { referenceNo },
    { partnerReferenceNo },
    { tokenFingerprint },
    { authCodeFingerprint },
  ]) {
    await measure(`a look-up by ${Object.keys(key)}`, async () =>
      assert.ok(await findBinding(database, merchantId, key)),
    )
  }
  await measure('a look at the page', async () =>
    assert.ok(await findBindingOfPage(database, pageId)),
  )
  await measure('the first message', async () =>
    assert.ok(await findFirstMessage(database, binding)),
  )
}

async function tryPasswords(measure: Measure, { binding }: NewBinding): Promise<void> {
  const asked = { binding, message: newMessage('otp') }
  const { message } = asked
  await measure('a password', async () => {
    const tried = { claim: claimed(), binding, message, lookAt: soon }
    assert.equal(await beginTry(database, tried), 'begun')
  })
  const reversing = { responseCode: 'TO', lookAt: soon }
  await measure('a reversal of it', async () =>
    assert.ok(await markReversing(database, keyOf(message), reversing)),
  )
  await measure('a refusal of it', async () =>
    assert.ok(await settleRefused(database, { asked, settledAt: now }, '55')),
  )
  const right = { binding, message: newMessage('otp') }
  const tried = { claim: undefined, binding, message: right.message, lookAt: soon }
  await beginTry(database, tried)
  const bound = { sealedAccount: randomBytes(60), announce }
  await measure('the right one', async () =>
    assert.ok(await settleBound(database, { asked: right, settledAt: now }, bound)),
  )
}

async function unbind(measure: Measure, { binding }: NewBinding): Promise<void> {
  const { bindingId, custIdMerchant } = binding
  await measure('the bound card', async () => assert.ok(await findBound(database, binding)))
  await measure('the cards of a customer', async () =>
    assert.equal((await findBoundOf(database, merchantId, custIdMerchant)).length, 1),
  )
  await measure('what is sealed', async () =>
    assert.ok(await findSealed(database, merchantId, bindingId)),
  )
  const message = newMessage('unbind')
  const referenceNo = ids.next('reference')
  const unbinding = { ...claimed(), named: binding, referenceNo, lookAt: soon, messages: [message] }
  await measure('an unbinding', async () =>
    assert.equal(await beginUnbinding(database, unbinding), 'begun'),
  )
  const asked = { binding, message }
  const { references } = newMessage('unbind')
  await measure('a new question', () => renewMessage(database, asked, references))
  await measure('its end', async () =>
    assert.ok(await settleUnbound(database, asked, { at: now, responseCode: '00', announce })),
  )
}

async function fail(measure: Measure): Promise<void> {
  const failing = await begin(newBinding(merchantId))
  const failure = { responseCode: '14', announce }
  await measure('a refused card', async () =>
    assert.ok(await settleFailed(database, { asked: failing, settledAt: now }, failure)),
  )
  const expiring = await begin(newBinding(merchantId))
  await accept(expiring, now)
  await measure('the next expiry', async () => assert.ok(await findNextExpiry(database)))
  await measure('the expired', async () =>
    assert.equal((await findExpired(database, now, 20)).length, 1),
  )
  const expired = { ...expiring.binding, responseCode: 'T3', settledAt: now }
  await measure('an expiry', async () => assert.ok(await endPending(database, expired, announce)))
}

/** Bindings of the same merchant in every state, with messages that are decided and that are open. */
async function crowd(): Promise<void> {
  await database`
    with made as (
      insert into bindings (
        merchant_id, binding_id, state, reference_no, partner_reference_no, external_id,
        cust_id_merchant, card_fingerprint, masked_cpan, issuer, acquirer_id, mid, tid,
        by_payment, page_id, auth_code_fingerprint, otp_expires_at, token_fingerprint,
        sealed_token, created_at
      )
      select ${merchantId}, 'bnd_' || n,
        (array['pending', 'bound', 'failed', 'unbinding', 'unbound'])[n % 5 + 1],
        'ref_' || n, 'CROWD-' || n, 'CROWD-' || n, 'CROWD' || n, sha256(n::text::bytea), '', '',
        'ALTO', '', '', n % 10 = 0, 'page_' || n, sha256(n::text::bytea), ${soon}::timestamptz,
        sha256(n::text::bytea), '', ${now}::timestamptz
      from generate_series(1, 2000) as n
      returning *
    ),
    pages as (
      insert into otp_pages (page_id, merchant_id, binding_id)
      select page_id, merchant_id, binding_id from made
    ),
    cards as (
      insert into kki_cards (merchant_id, card_fingerprint, masked_cpan)
      select merchant_id, card_fingerprint, masked_cpan from made
    )
    insert into binding_messages (
      merchant_id, message_id, binding_id, kind, state, stan, rrn, transmitted_at, ask_until,
      look_at, created_at
    )
    select merchant_id, binding_id || kind, binding_id, kind,
      case when kind = 'unbind' then 'unknown' else 'approved' end, '000000', '632500000000',
      ${now}::timestamptz, ${now}::timestamptz, ${soon}::timestamptz, ${now}::timestamptz
    from made
    cross join unnest(array['bind', 'otp', 'unbind']) as kind`
}

test('every statement of a binding reads as many rows among 2,000 as among none', async () => {
  const tables = ['requests', 'bindings', 'binding_messages', 'otp_pages', 'kki_cards']
  await assertReadsByKey(database, tables, {
    crowd,
    life: async (measure) => {
      const newOne = newBinding(merchantId)
      await beginAndLose(measure, newOne)
      await find(measure, newOne)
      await tryPasswords(measure, newOne)
      await unbind(measure, newOne)
      await fail(measure)
    },
  })
})
