/** What real clients send and hash as a body (wire.md 6.4, 11.1), on every call of KKI. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { snapServices } from '@gerbang/wire'
import { accessToken, callHeaders, sendSnap } from '../../harness/snap.ts'
import { createKkiMerchant, type KkiService, kkiServices } from '../kki/calls.ts'
import { assertSnapRefusal } from './test-door.ts'
import { liveThrough, type Written } from './whole-life.ts'

const merchant = await createKkiMerchant()
const { server } = merchant.world.app
const token = await accessToken(server, merchant)

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
const inAscii = (text: string) => text.replace(/[^\0-\x7f]/g, escaped)
const minified = (body: object) => JSON.stringify(body)
const indented = (body: object) => JSON.stringify(body, null, 2)

/** Each client of the table, by its canonical form: the bytes, less whitespace, less escapes. */
const writers: Readonly<Record<string, (body: object) => Written>> = {
  'as Node does': (body) => ({ sent: minified(body) }),
  'as Go does, with \\u003c': (body) => ({
    sent: minified(body).replace(/[<>&\u2028\u2029]/g, escaped),
  }),
  'as .NET does, with \\u00E9 and \\u0022': (body) => ({
    sent: inAscii(
      minified(body)
        .replaceAll('\\"', '\\u0022')
        .replace(/[<>&'+]/g, escaped),
    ).replace(/\\u[0-9a-f]{4}/g, (text) => `\\u${text.slice(2).toUpperCase()}`),
  }),
  'as Postman does, indented': (body) => ({ sent: indented(body) }),
  'indented by tabs, with Windows line ends': (body) => ({
    sent: JSON.stringify(body, null, '\t').replaceAll('\n', '\r\n'),
  }),
  'as Postman does, and hashes it minified': (body) => ({
    sent: indented(body),
    hashed: minified(body),
  }),
  'as Python does, with spaces and \\u00e9': (body) => {
    const text = inAscii(JSON.stringify(body, null, 1))
    return {
      sent: text.replace(/,\n */g, ', ').replace(/\n */g, ''),
      hashed: inAscii(minified(body)),
    }
  },
  'as PHP does, with \\/ and \\u00e9': (body) => ({
    sent: inAscii(minified(body)).replaceAll('/', '\\/'),
    hashed: minified(body),
  }),
  'as Gson does, with \\u003d': (body) => ({
    sent: minified(body).replace(/[=<>&'\u2028\u2029]/g, escaped),
    hashed: minified(body),
  }),
}

for (const [how, write] of Object.entries(writers)) {
  test(`a client that writes ${how}, completes every call; one changed byte is refused`, async () => {
    const bodies = new Map<KkiService, Written>()
    await liveThrough(merchant, {
      write: (body, service) => {
        const written = write(body)
        bodies.set(service, written)
        return written
      },
      options: { token },
    })
    assert.deepEqual([...bodies.keys()].sort(), [...kkiServices].sort())
    for (const [service, written] of bodies) await refusesChanges(service, written)
  })
}

/** Sends the body again and again, each time with another byte changed after signing. */
async function refusesChanges(service: KkiService, { sent, hashed = sent }: Written) {
  const { path } = snapServices[service]
  const headers = callHeaders(merchant, path, sent, { token, hashed })
  const bytes = Buffer.from(sent)
  // Each byte of a payment; of the calls beside it fewer, as they go through the same door.
  for (let at = 0; at < bytes.length; at += service === 'pay' ? 1 : 23) {
    const body = Buffer.from(bytes)
    body[at] = (body[at] as number) ^ 1
    const answer = await sendSnap(server, path, { headers, body })
    assertSnapRefusal(answer, 401, '00', path, 'Unauthorized. Invalid Signature')
  }
}
