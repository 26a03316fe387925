/** Two mistakes at once, in both dialects: each is made by a client that signs by hand, and both are named. */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import {
  accessToken,
  anotherSnapMerchant,
  sandboxSnapMerchant,
  sendSnap,
  snapNow,
} from '../../harness/snap.ts'
import { createWorld, secretKey } from '../../harness/world.ts'
import { anotherMerchant } from '../calls.ts'
import { type Client, digest, send, sha256, utc } from './card-client.ts'
import { explanationOf } from './explained.ts'

const world = await createWorld()
const stranger = await anotherMerchant(world)
const snapMerchant = await sandboxSnapMerchant(world)
const snapStranger = await anotherSnapMerchant(world)
const token = await accessToken(world.app.server, snapMerchant)

const withNewline = (lines: readonly string[]) => `${lines.join('\n')}\n`
const pretty = (body: string) => JSON.stringify(JSON.parse(body), null, 2)

const cards: readonly (readonly [readonly string[], Client])[] = [
  [
    ['secret-of-another-merchant', 'trailing-newline'],
    { key: stranger.secretKey, joins: withNewline },
  ],
  [
    ['secret-of-another-merchant', 'missing-digest'],
    { key: stranger.secretKey, signs: () => ({ digest: undefined }) },
  ],
  [['altered-secret', 'trailing-newline'], { key: `${secretKey}\n`, joins: withNewline }],
  [['wrong-hash', 'trailing-newline'], { hash: 'sha512', joins: withNewline }],
  [['wrong-hash', 'missing-digest'], { hash: 'sha1', signs: () => ({ digest: undefined }) }],
  [
    ['trailing-newline', 'digest-of-reserialised-body'],
    { joins: withNewline, signs: (_lines, body) => ({ digest: digest(pretty(body)) }) },
  ],
  [
    ['trailing-newline', 'timestamp-differs'],
    {
      joins: withNewline,
      signs: ({ timestamp }) => ({ timestamp: utc(Date.parse(timestamp) - Date.now() - 2_000) }),
    },
  ],
  [
    ['missing-prefix', 'asymmetric-instead-of-symmetric'],
    { writes: () => Buffer.alloc(256, 7).toString('base64') },
  ],
]

for (const [causes, client] of cards) {
  test(`cards: ${causes.join(' and ')} are both named`, async () => {
    const { cause, alsoWrong } = await explanationOf(world, await send(world, client))
    assert.deepEqual([cause, ...alsoWrong], causes)
  })
}

type SnapClient = {
  readonly key?: string
  readonly hash?: string
  readonly bodyHash?: (hex: string) => string
  readonly before?: string
  readonly ending?: string
}

async function sendBySnap(client: SnapClient) {
  const [path, body, timestamp] = ['/orders/v1.0/debit/status', '{"serviceCode":"55"}', snapNow()]
  const hex = sha256(body).digest('hex')
  const hash = client.bodyHash?.(hex) ?? hex
  const text = ['POST', path, `${client.before ?? ''}${token}`, hash, timestamp].join(':')
  const mac = createHmac(client.hash ?? 'sha512', client.key ?? snapMerchant.secretKey)
  const headers = {
    'Content-Type': 'application/json',
    'X-PARTNER-ID': snapMerchant.clientId,
    'X-EXTERNAL-ID': randomUUID(),
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': mac.update(text + (client.ending ?? '')).digest('base64'),
    Authorization: `Bearer ${token}`,
  }
  return sendSnap(world.app.server, path, { headers, body })
}

const upperCase = (hex: string) => hex.toUpperCase()

const snap: readonly (readonly [readonly string[], SnapClient])[] = [
  [['token-with-bearer', 'body-hash-in-upper-case'], { before: 'Bearer ', bodyHash: upperCase }],
  [['body-hash-in-upper-case', 'trailing-newline'], { bodyHash: upperCase, ending: '\n' }],
  [['wrong-hash', 'trailing-newline'], { hash: 'sha1', ending: '\n' }],
  [['wrong-hash', 'trailing-newline'], { hash: 'sha384', ending: '\n' }],
  [['sha256-instead-of-sha512', 'token-with-bearer'], { hash: 'sha256', before: 'Bearer ' }],
  [
    ['secret-of-another-merchant', 'trailing-newline'],
    { key: snapStranger.secretKey, ending: '\n' },
  ],
  [
    ['secret-of-another-merchant', 'token-with-bearer'],
    { key: snapStranger.secretKey, before: 'Bearer ' },
  ],
]

for (const [causes, client] of snap) {
  test(`SNAP: ${causes.join(' and ')} are both named, ${client.hash ?? 'sha512'}`, async () => {
    const { cause, alsoWrong } = await explanationOf(world, await sendBySnap(client))
    assert.deepEqual([cause, ...alsoWrong], causes)
  })
}
