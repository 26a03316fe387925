/**
 * A merchant who receives with DOKU's own library for Node.js: it checks the gateway's signature,
 * hands out a token, and checks token and signature of the notification that follows.
 */
import assert from 'node:assert/strict'
import { createPublicKey } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { Snap } from '../../harness/doku-library.ts'
import { control, testGatewayKeys } from '../../harness/world.ts'
import { changeSettings } from '../calls.ts'
import { createKkiMerchant, payBody, served } from './calls.ts'

const merchant = await createKkiMerchant()
const { world } = merchant

// As soon as it is made it asks DOKU for a token to call with; this merchant only receives.
Snap.prototype.getTokenB2B = async () => {}

const options = {
  isProduction: false,
  privateKey: merchant.privateKey,
  publicKey: createPublicKey(merchant.privateKey).export({ type: 'spki', format: 'pem' }),
  clientID: merchant.clientId,
  dokuPublicKey: testGatewayKeys.publicKey,
  issuer: 'shop',
  secretKey: merchant.secretKey,
}
let snap = new Snap(options)
const tokenCalls: object[] = []
const taken: { body: string; claims: { clientId: string } }[] = []

/** What the library wants of Express. */
function expressLike(request: IncomingMessage, body: string) {
  return {
    get: (name: string) => request.headers[name.toLowerCase()],
    body: JSON.parse(body),
    route: { path: request.url },
  }
}

const server = createServer(async (incoming, response) => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk)
  const text = Buffer.concat(chunks).toString()
  const request = expressLike(incoming, text)
  if (incoming.url === '/token') {
    const { body } = snap.validateSignatureAndGenerateToken(request)
    tokenCalls.push(request.body)
    return response.end(JSON.stringify(body))
  }
  const authorization = incoming.headers.authorization ?? ''
  const claims = snap.validateTokenB2B(authorization)
  // It compares with the token that it had of DOKU, where the one of this call is meant.
  snap.tokenB2B = authorization.replace('Bearer ', '')
  const isRight = claims && snap.validateSymmetricSignature(request)
  if (isRight) taken.push({ body: text, claims })
  return response.writeHead(isRight ? 200 : 401).end()
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(() => {
  server.closeAllConnections()
  server.close()
})
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
await changeSettings(world, { snapTokenUrl: `${url}/token`, snapNotificationUrl: `${url}/notify` })

/** Pays; how the first attempt to tell it went. */
async function attempt() {
  const body = payBody()
  const { partnerReferenceNo } = body
  await served(merchant, 'pay', body)
  const path = `/sandbox/notifications?partnerReferenceNo=${partnerReferenceNo}`
  for (const end = Date.now() + 10_000; Date.now() < end; ) {
    const [notification] = (await control(world, 'GET', path)).body.notifications
    const [first] = notification.attempts
    if (first) return { partnerReferenceNo, first }
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('nothing was told in 10 s')
}

test('the library does not take a gateway whose key is another one, and nothing is posted', async () => {
  snap = new Snap({ ...options, dokuPublicKey: options.publicKey })
  const { first } = await attempt()
  const error = 'no access token: answered 200 without a usable accessToken (4017300)'
  assert.deepEqual([first.responseStatus, first.error], [null, error])
  assert.deepEqual(taken, [])
})

test('the library takes our request for a token, and the notification with it', async () => {
  snap = new Snap(options)
  const { partnerReferenceNo, first } = await attempt()
  assert.deepEqual([first.responseStatus, first.error], [200, null])
  assert.deepEqual(tokenCalls.at(-1), { grantType: 'client_credentials' })
  const [received] = taken
  assert.ok(received)
  assert.equal(JSON.parse(received.body).originalPartnerReferenceNo, partnerReferenceNo)
  assert.equal(received.claims.clientId, merchant.clientId)
})

test('the library, set up with another Secret Key, does not take the notification', async () => {
  const before = taken.length
  snap = new Snap({ ...options, secretKey: 'SK-another' })
  const { first } = await attempt()
  assert.equal(first.responseStatus, 401)
  assert.equal(taken.length, before)
})
