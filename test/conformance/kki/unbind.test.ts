/** Unbinding (seed; wire.md 7.7): all tokens of the card at this merchant are out of use at once. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  advance,
  anotherKkiMerchant,
  bound,
  callKki,
  changed,
  channel,
  cpans,
  createKkiMerchant,
  format,
  mandatory,
  payByTokenBody,
  refusals,
  refused,
  served,
  unbindBody,
} from './calls.ts'
import { assertRequestOfSeed } from './seed-documents.ts'

const merchant = await createKkiMerchant()

test('a right body is one of the seed, too', () => {
  assertRequestOfSeed('unbind-card', unbindBody('de52e5820f4c381db88a1cf91d57b73e'))
})

test('the answer says that the network finishes, and no more', async () => {
  const { bankCardToken, custIdMerchant } = await bound(merchant)
  const { referenceNo, ...rest } = await served(merchant, 'unbind-card', unbindBody(bankCardToken))
  assert.match(referenceNo, /^\S{1,64}$/)
  assert.deepEqual(rest, {
    responseCode: '2000500',
    responseMessage: 'Successful',
    additionalInfo: { custIdMerchant, status: 'PENDING' },
  })
})

for (const names of [
  { channelId: channel },
  { channel },
  { channel, channelId: channel },
  { channel: null, channelId: channel, origin: { product: 'SDK' } },
]) {
  test(`the channel is read from ${JSON.stringify(names)}`, async () => {
    const { bankCardToken } = await bound(merchant)
    await served(merchant, 'unbind-card', { tokenId: bankCardToken, additionalInfo: names })
  })
}

test('a token that is out of use neither pays nor is unbound again, now and when all is done', async () => {
  const { bankCardToken } = await bound(merchant)
  await served(merchant, 'unbind-card', unbindBody(bankCardToken))
  for (const _ of [1, 2]) {
    await refused(merchant, 'pay', payByTokenBody(bankCardToken), refusals.token)
    await refused(merchant, 'unbind-card', unbindBody(bankCardToken), refusals.token)
    await advance(merchant, 60_000)
  }
})

test('all tokens of the card end, of other customers too; those of another card do not', async () => {
  const cpan = cpans.mandiri
  const first = await bound(merchant, { cpan })
  const second = await bound(merchant, { cpan })
  const otherCard = await bound(merchant, { customer: second.custIdMerchant })
  await served(merchant, 'unbind-card', unbindBody(first.bankCardToken))
  await refused(merchant, 'pay', payByTokenBody(second.bankCardToken), refusals.token)
  await served(merchant, 'pay', payByTokenBody(otherCard.bankCardToken))
})

test("another merchant's tokens are not found, and not ended", async () => {
  const cpan = cpans.mandiri
  const ours = await bound(merchant, { cpan })
  const other = await anotherKkiMerchant(merchant)
  const theirs = await bound(other, { cpan })
  await refused(other, 'unbind-card', unbindBody(ours.bankCardToken), refusals.token)
  await served(merchant, 'unbind-card', unbindBody(ours.bankCardToken))
  await served(other, 'pay', payByTokenBody(theirs.bankCardToken))
})

test('when the network is done the card may be bound again, with another token', async () => {
  const cpan = cpans.mandiri
  const { bankCardToken, custIdMerchant } = await bound(merchant, { cpan })
  await served(merchant, 'unbind-card', unbindBody(bankCardToken))
  await advance(merchant, 60_000)
  const again = await bound(merchant, { cpan, customer: custIdMerchant })
  assert.notEqual(again.bankCardToken, bankCardToken)
  await served(merchant, 'pay', payByTokenBody(again.bankCardToken))
  await refused(merchant, 'pay', payByTokenBody(bankCardToken), refusals.token)
})

test('an X-EXTERNAL-ID unbinds once', async () => {
  const externalId = randomUUID()
  const { bankCardToken } = await bound(merchant)
  const send = () => callKki(merchant, 'unbind-card', unbindBody(bankCardToken), { externalId })
  const answers = await Promise.all(Array.from({ length: 6 }, send))
  const codes = answers.map(({ body }) => body.responseCode).sort()
  assert.deepEqual(codes, ['2000500', ...Array(5).fill('4090500')])
})

const right = unbindBody('x'.repeat(32))
for (const [path, value, refusal] of [
  ['tokenId', undefined, mandatory('tokenId')],
  ['tokenId', '', mandatory('tokenId')],
  ['tokenId', 1, format('tokenId')],
  ['tokenId', 'x'.repeat(65), format('tokenId')],
  ['tokenId', 'nobody', refusals.token],
  ['additionalInfo', null, mandatory('additionalInfo.channel')],
  ['additionalInfo', 'x', format('additionalInfo')],
  ['additionalInfo.channelId', undefined, mandatory('additionalInfo.channel')],
  ['additionalInfo.channelId', 'KKI', format('additionalInfo.channelId')],
  ['additionalInfo.channel', 'KKI', format('additionalInfo.channel')],
] as const) {
  test(`${path} may not be ${JSON.stringify(value)?.slice(0, 40)}`, async () => {
    await refused(merchant, 'unbind-card', changed(right, path, value), refusal)
  })
}
