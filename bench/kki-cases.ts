/** The KKI cases: the call for a token, bindings, payments by card and by token. */
import { randomUUID } from 'node:crypto'
import { createSnapClient } from '@gerbang/client'
import {
  encryptCardData,
  formatSnapTimestamp,
  type SnapServiceName,
  signSnapToken,
  snapServices,
} from '@gerbang/wire'
import { type Case, clientId, many, secretKey } from './cases.ts'
import type { Signing } from './signing.ts'

const channel = 'KARTU_KREDIT_INDONESIA'
const cpan = '9360001609987000000'
const ott = '12345678'
const amount = { value: '90000.00', currency: 'IDR' }

const snapAnswer = '"responseCode":"200'

export const kkiCases: readonly Case[] = [
  {
    name: 'B2B token',
    path: snapServices['b2b-token'].path,
    succeeds: snapAnswer,
    signing: async (url) => ({ kind: 'given', headers: await tokenHeaders(url) }),
    prepare: async (_url, count) =>
      Array.from({ length: count }, () => JSON.stringify({ grantType: 'client_credentials' })),
  },
  snapCase('bind a card', 'bind-card', async (_url, count) =>
    Array.from({ length: count }, (_, i) => JSON.stringify(bindBody(i))),
  ),
  snapCase('pay by CPAN and OTT', 'pay', async (_url, count) =>
    Array.from({ length: count }, () =>
      JSON.stringify({ ...payBody(), chargeToken: cpan, otp: ott }),
    ),
  ),
  snapCase('pay by token', 'pay', async (url, count, concurrency) => {
    // As many customers as are served at once: each payment holds its customer's card for itself.
    const tokens = await many(concurrency, concurrency, () => boundToken(url))
    return Array.from({ length: count }, (_, i) =>
      JSON.stringify({ ...payBody(), bankCardToken: tokens[i % tokens.length] }),
    )
  }),
]

function snapCase(name: string, service: SnapServiceName, prepare: Case['prepare']): Case {
  const { path } = snapServices[service]
  return { name, path, succeeds: snapAnswer, signing: snapSigning, prepare }
}

async function snapSigning(url: string): Promise<Signing> {
  const response = await fetch(new URL(snapServices['b2b-token'].path, url), {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(await tokenHeaders(url)) },
    body: JSON.stringify({ grantType: 'client_credentials' }),
  })
  const { accessToken } = (await response.json()) as { accessToken: string }
  return { kind: 'snap', clientId, secretKey, accessToken }
}

async function tokenHeaders(url: string): Promise<Record<string, string>> {
  const timestamp = formatSnapTimestamp(new Date())
  return {
    'X-CLIENT-KEY': clientId,
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': signSnapToken({ clientId, timestamp }, await privateKeyOf(url)),
  }
}

/** The sandbox merchant's: protects nothing. */
async function privateKeyOf(url: string): Promise<string> {
  const response = await fetch(`${url}/sandbox/credentials`)
  const { privateKey } = (await response.json()) as { privateKey: string }
  return privateKey
}

const newCustomer = () => randomUUID().replaceAll('-', '')

function bindBody(number: number): object {
  // Any 16 bytes, not twice with one key.
  const iv = Buffer.alloc(16)
  iv.writeUInt32BE(number)
  iv.write(randomUUID().slice(0, 8), 4)
  return {
    partnerReferenceNo: randomUUID(),
    cardData: encryptCardData(JSON.stringify({ bankCardNo: cpan }), secretKey, iv),
    custIdMerchant: newCustomer(),
    phoneNo: '6281234567890',
    additionalInfo: { channel },
  }
}

const payBody = () => ({
  partnerReferenceNo: randomUUID(),
  amount,
  additionalInfo: { channel },
})

async function boundToken(url: string): Promise<string> {
  const client = createSnapClient({
    baseUrl: url,
    clientId,
    secretKey,
    privateKey: await privateKeyOf(url),
  })
  const { body } = await client.bindCard(
    { custIdMerchant: newCustomer(), card: { cpan } },
    { channelId: 'H2H' },
  )
  const authCode = body.additionalInfo?.authCode ?? ''
  const bound = await client.verifyOtp({ authCode, otp: '123456' })
  return bound.body.bankCardToken ?? ''
}
