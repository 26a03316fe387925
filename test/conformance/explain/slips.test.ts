/** What shells, files and libraries make of a text, a body or a header: each is really made, and its cause is read. */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { accessToken, sandboxSnapMerchant, sendSnap, snapNow } from '../../harness/snap.ts'
import { checkBody, createWorld, secretKey } from '../../harness/world.ts'
import { base64, type Client, clientId, digest, send, sha256, utc } from './card-client.ts'
import { explanationOf } from './explained.ts'

const world = await createWorld()
const { server } = world.app
const merchant = await sandboxSnapMerchant(world)
const token = await accessToken(server, merchant)

const plain = JSON.stringify(checkBody())
const file = `${JSON.stringify({ ...checkBody(), list: [1, [2], {}], text: 'a,  [b] "{' }, null, 2)}\n`
const byCurl = (text: string) => text.replaceAll(/[\r\n]/g, '')
const ofFile = (text: string): Client => ({
  body: byCurl(text),
  signs: () => ({ digest: digest(text) }),
})
const accents = JSON.stringify({ ...checkBody(), note: 'Jérôme' })
const hashed = (bytes: Buffer): Client => ({
  body: accents,
  signs: () => ({ digest: digest(bytes) }),
})
const joined = (join: (lines: readonly string[]) => string): Client => ({ joins: join })
const form = (type: string): Client => ({
  body: 'order=1',
  headers: { 'Content-Type': type },
  signs: () => ({ digest: digest(plain) }),
})

const cards: readonly (readonly [string, readonly string[], Client])[] = [
  ['a file of two spaces, by curl -d', ['line-ends-taken-out'], ofFile(file)],
  ['a file of tabs', ['line-ends-taken-out'], ofFile(JSON.stringify(JSON.parse(file), null, '\t'))],
  ['a file of Windows', ['line-ends-taken-out'], ofFile(file.replaceAll('\n', '\r\n'))],
  ['a line that ends', ['digest-of-other-ends'], ofFile(`${plain}\n`)],
  [
    'a file and a newline behind the text',
    ['trailing-newline', 'line-ends-taken-out'],
    { ...ofFile(file), joins: (lines) => `${lines.join('\n')}\n` },
  ],
  [
    'JSON encoded twice where it is sent',
    ['json-encoded-twice'],
    { body: JSON.stringify(plain), signs: () => ({ digest: digest(plain) }) },
  ],
  [
    'JSON encoded twice where it is hashed',
    ['json-encoded-twice'],
    { body: plain, signs: () => ({ digest: digest(JSON.stringify(plain)) }) },
  ],
  ['Latin-1', ['digest-of-other-charset'], hashed(Buffer.from(accents, 'latin1'))],
  ['UTF-16', ['digest-of-other-charset'], hashed(Buffer.from(accents, 'utf16le'))],
  ['ASCII', ['digest-of-other-charset'], hashed(Buffer.from(accents.replaceAll(/[éô]/g, '?')))],
  ['triple quotes', ['blanks-in-text'], joined((lines) => `\n${lines.join('\n')}\n`)],
  ['a first line that is empty', ['blanks-in-text'], joined((lines) => `\n${lines.join('\n')}`)],
  [
    'indented triple quotes',
    ['blanks-in-text'],
    joined((all) => `\n    ${all.join('\n    ')}\n    `),
  ],
  ['a here-document of tabs', ['blanks-in-text'], joined((lines) => `\t${lines.join('\n\t')}\n`)],
  [
    'indentation but in the first line',
    ['blanks-in-text'],
    joined((all) => all.join('\n        ')),
  ],
  ['a blank behind the text', ['blanks-in-text'], joined((lines) => `${lines.join('\n')} `)],
  ['a blank behind each line', ['blanks-in-text'], joined((lines) => `${lines.join(' \n')} `)],
  [
    'CRLF behind each line',
    ['crlf', 'trailing-newline'],
    joined((all) => `${all.join('\r\n')}\r\n`),
  ],
  ['a form', ['content-type'], form('application/x-www-form-urlencoded')],
  ['a form of parts', ['content-type'], form('multipart/form-data; boundary=x')],
  [
    'plain text and a newline behind the text',
    ['trailing-newline', 'content-type'],
    { headers: { 'Content-Type': 'text/plain' }, joins: (lines) => `${lines.join('\n')}\n` },
  ],
  [
    'a signature in lines',
    ['blanks-in-signature'],
    { writes: (mac) => `HMACSHA256=${mac.toString('base64').replace(/.{38}/, '$& ')}` },
  ],
  ...['HMACSHA256 ', 'HMACSHA256', 'Bearer HMACSHA256=', 'Signature HMACSHA256='].map(
    (prefix) =>
      [
        `the prefix ${JSON.stringify(prefix)}`,
        ['wrong-prefix'],
        { writes: (mac: Buffer) => prefix + mac.toString('base64') },
      ] as const,
  ),
  [
    'an old timestamp and a wrong secret',
    ['clock-skew', 'wrong-secret'],
    { timestamp: utc(-437_000), key: 'SK-WrongWrongWrong' },
  ],
  [
    'milliseconds and a newline behind the text',
    ['milliseconds', 'trailing-newline'],
    { timestamp: utc().replace('Z', '.123Z'), joins: (lines) => `${lines.join('\n')}\n` },
  ],
  [
    'seconds since 1970, in hexadecimal',
    ['seconds-since-epoch', 'hex-instead-of-base64'],
    {
      timestamp: String(Math.floor(Date.now() / 1_000)),
      writes: (mac) => `HMACSHA256=${mac.toString('hex')}`,
    },
  ],
]

for (const [what, causes, client] of cards) {
  test(`${what}: named ${causes.join(' and ')}`, async () => {
    const explained = await explanationOf(world, await send(world, client))
    assert.deepEqual([explained.cause, ...explained.alsoWrong], causes, explained.hint)
  })
}

test('what was signed is shown only where it is proven', async () => {
  const timestamp = utc(-437_000)
  const shown = async (client: Client) =>
    (await explanationOf(world, await send(world, { timestamp, ...client }))).received.stringToSign
  assert.equal(await shown({ key: 'SK-WrongWrongWrong' }), null)
  assert.match((await shown({ joins: (lines) => `${lines.join('\n')}\n` })) ?? '', /=\n$/)
  assert.match((await shown({})) ?? '', /=$/)
})

test('an empty Digest line is shown as it was signed', async () => {
  const get = { method: 'GET', path: '/orders/v1/status/INV-NONE' } as const
  const answer = await send(world, { ...get, signs: () => ({ digest: '' }) })
  assert.match((await explanationOf(world, answer)).received.stringToSign ?? '', /\nDigest:$/)
})

test('what was done to the secret is told', async () => {
  for (const [key, told] of [
    [secretKey.toLowerCase(), /yours, but it was written in lower case/],
    [`${secretKey}\n`, /yours, but a newline stands behind it/],
    [secretKey.replace('SK-', ''), /yours, but the SK- in front of it was left out/],
  ] as const) {
    const { cause, hint } = await explanationOf(world, await send(world, { key }))
    assert.equal(cause, 'altered-secret')
    assert.match(hint, told)
  }
})

test('only what cannot be told yet is said to be told later', async () => {
  const proven = await explanationOf(world, await send(world, { hash: 'sha512' }))
  assert.doesNotMatch(proven.hint, /Mend this first/)
  const both = { hash: 'sha512', key: 'SK-WrongWrongWrong' }
  assert.match((await explanationOf(world, await send(world, both))).hint, /Mend this first/)
})

for (const [what, id] of [
  ['another digit', clientId.replace(/7$/, '8')],
  ['a digit less', clientId.slice(0, -1)],
  ['two digits exchanged', clientId.replace('107911', '109711')],
  ['no dash', clientId.replace('MCH-', 'MCH')],
] as const) {
  for (const key of [secretKey, 'SK-WrongWrongWrong']) {
    test(`a client id with ${what} is named, and where, with ${key}`, async () => {
      const explained = await explanationOf(world, await send(world, { clientId: id, key }))
      const { cause, hint, expected, received, firstDifference } = explained
      assert.equal(cause, 'client-id-misspelt')
      assert.match(hint, new RegExp(clientId))
      assert.ok(expected.stringToSign.startsWith(`Client-Id:${clientId}\n`))
      assert.ok(received.headers['Client-Id']?.startsWith('MCH'))
      let same = 0
      while (id[same] === clientId[same]) same++
      assert.equal(firstDifference?.position, 'Client-Id:'.length + same)
    })
  }
}

test('the difference of a signature is shown on the page, both ways', async () => {
  const writes = (mac: Buffer) => `HMACSHA256=${mac.toString('hex')}`
  const answer = await send(world, { writes })
  const url = new URL(String(answer.headers['gerbang-explain'])).pathname
  const { body } = await server.inject({ url, headers: { accept: 'text/html' } })
  assert.match(body, /Signature, after 11 characters of the header/)
  assert.match(body, /to be sent<\/h2>\n<pre>HMACSHA256=<mark>[\w+/=]{40}<\/mark>…<\/pre>/)
  assert.match(
    body,
    /that came<\/h2>\n<pre>HMACSHA256=<mark>[0-9a-f]{40}<\/mark>[0-9a-f]{24}<\/pre>/,
  )
})

type Texts = { method: string; path: string; token: string; hash: string; timestamp: string }

async function sendBySnap(
  write: (texts: Texts) => string,
  headers: Readonly<Record<string, string>> = {},
) {
  const [path, body, timestamp] = ['/orders/v1.0/debit/status', '{"serviceCode":"55"}', snapNow()]
  const texts = { method: 'POST', path, token, hash: sha256(body).digest('hex'), timestamp }
  const mac = createHmac('sha512', merchant.secretKey).update(write(texts))
  const right = {
    'Content-Type': 'application/json',
    'X-PARTNER-ID': merchant.clientId,
    'X-EXTERNAL-ID': randomUUID(),
    'X-TIMESTAMP': timestamp,
    'X-SIGNATURE': mac.digest('base64'),
    Authorization: `Bearer ${token}`,
  }
  return sendSnap(server, path, { headers: { ...right, ...headers }, body })
}

const all = (texts: Texts) => Object.values(texts)
const snap: readonly (readonly [string, readonly string[], (texts: Texts) => string])[] = [
  ['bars for colons', ['parts-not-joined-by-colon'], (texts) => all(texts).join('|')],
  ['a colon behind the last', ['colon-at-the-ends'], (texts) => `${all(texts).join(':')}:`],
  ['a colon in front of the first', ['colon-at-the-ends'], (texts) => `:${all(texts).join(':')}`],
  ['a blank behind the text', ['blanks-in-text'], (texts) => `${all(texts).join(':')} `],
  ['a newline in front', ['blanks-in-text'], (texts) => `\n${all(texts).join(':')}`],
  [
    'the text of a token call',
    ['text-of-token-call'],
    ({ timestamp }) => `${merchant.clientId}|${timestamp}`,
  ],
]
for (const [what, causes, write] of snap) {
  test(`SNAP, ${what}: named ${causes.join(' and ')}`, async () => {
    const explained = await explanationOf(world, await sendBySnap(write))
    assert.deepEqual([explained.cause, ...explained.alsoWrong], causes, explained.hint)
  })
}

test('SNAP: a timestamp of another hour beside Bearer in the text: both are named', async () => {
  const timestamp = snapNow(-3 * 86_400_000)
  const write = (texts: Texts) => all({ ...texts, token: `Bearer ${token}`, timestamp }).join(':')
  const answer = await sendBySnap(write, { 'X-TIMESTAMP': timestamp })
  const { cause, alsoWrong } = await explanationOf(world, answer)
  assert.deepEqual([cause, ...alsoWrong], ['clock-skew', 'token-with-bearer'])
})

test('the client under the name that other calls of SNAP have for it', async () => {
  const calls = [
    ['/authorization/v1/access-token/b2b', 'X-PARTNER-ID', 'X-CLIENT-KEY'],
    ['/orders/v1.0/debit/status', 'X-CLIENT-KEY', 'X-PARTNER-ID'],
  ] as const
  for (const [path, sent, wanted] of calls) {
    const headers = {
      'Content-Type': 'application/json',
      [sent]: merchant.clientId,
      'X-EXTERNAL-ID': randomUUID(),
      'X-TIMESTAMP': snapNow(),
      'X-SIGNATURE': base64(Buffer.alloc(64, 200)).replace('HMACSHA256=', ''),
      Authorization: `Bearer ${token}`,
    }
    const { cause, hint } = await explanationOf(
      world,
      await sendSnap(server, path, { headers, body: {} }),
    )
    assert.equal(cause, 'header-of-other-call')
    assert.match(hint, new RegExp(`wants ${wanted} where you send ${sent}`))
  }
})
