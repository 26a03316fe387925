/** POST /authorization/v1/access-token/b2b2c (wire.md 6.2). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSnapTimestamp } from '@gerbang/wire'
import { b2b2cTokenResponse } from '@gerbang/wire/schemas'
import {
  anotherSnapMerchant,
  sandboxSnapMerchant,
  sendSnap,
  snapPaths,
  tokenHeaders,
} from '../../harness/snap.ts'
import { createWorld } from '../../harness/world.ts'
import { assertShape } from '../calls.ts'
import { assertEnvelope, assertSnapRefusal, openTestDoor, testAuthCode } from './test-door.ts'

const world = await createWorld()
const server = await openTestDoor(world)
const merchant = await sandboxSnapMerchant(world)
const path = snapPaths.b2b2c

const ask = (body: unknown, as = merchant, on = server) =>
  sendSnap(on, path, { headers: tokenHeaders(as), body })
const byCode = { grantType: 'authorization_code', authCode: testAuthCode }

test('an authCode is exchanged for a token with a refresh token, and that for the next', async () => {
  const first = await ask(byCode)
  assert.equal(first.status, 200, first.text)
  assert.equal(first.body.responseCode, '2007400')
  assertEnvelope(first)
  assertShape(b2b2cTokenResponse, first.body)
  assert.equal(first.body.additionalInfo, '')
  const seconds = (text: string) =>
    ((parseSnapTimestamp(text)?.getTime() ?? 0) - Date.now()) / 1_000
  assert.ok(Math.abs(seconds(first.body.accessTokenExpiryTime) - 900) < 30)
  assert.ok(Math.abs(seconds(first.body.refreshTokenExpiryTime) - 30 * 86_400) < 30)
  const { refreshToken } = first.body
  const second = await ask({ grantType: 'refresh_token', refreshToken })
  assert.equal(second.status, 200, second.text)
})

test('wrong codes and refresh tokens are refused', async () => {
  const first = (await ask(byCode)).body
  const refresh = (refreshToken: string) => ({ grantType: 'refresh_token', refreshToken })
  const code = { ...byCode, authCode: 'unknown' }
  assertSnapRefusal(await ask(code), 401, '00', path, 'Unauthorized. Invalid authCode')
  const invalid = 'Unauthorized. Invalid refreshToken'
  for (const token of ['x', first.accessToken, `${first.refreshToken}A`]) {
    assertSnapRefusal(await ask(refresh(token)), 401, '00', path, invalid)
  }
  const other = await anotherSnapMerchant(world)
  assertSnapRefusal(await ask(refresh(first.refreshToken), other), 401, '00', path, invalid)
})

test('each grant type needs its own member', async () => {
  for (const [body, rest, message] of [
    [{}, '02', 'Invalid Mandatory Field grantType'],
    [{ grantType: 'client_credentials' }, '01', 'Invalid Field Format grantType'],
    [
      { grantType: 'authorization_code', refreshToken: 'x' },
      '02',
      'Invalid Mandatory Field authCode',
    ],
    [{ grantType: 'refresh_token', authCode: 'x' }, '02', 'Invalid Mandatory Field refreshToken'],
    [{ grantType: 'refresh_token', refreshToken: 1 }, '01', 'Invalid Field Format refreshToken'],
  ] as const) {
    assertSnapRefusal(await ask(body), 400, rest, path, message)
  }
})

test('the call is authenticated like that for an access token', async () => {
  const headers = tokenHeaders(merchant, { change: { 'X-SIGNATURE': 'wrong' } })
  const answer = await sendSnap(server, path, { headers, body: byCode })
  assertSnapRefusal(answer, 401, '00', path, 'Unauthorized. Invalid Signature')
})

test('the gateway serves it, and knows no authCode while no card can be bound', async () => {
  const answer = await ask(byCode, merchant, world.app.server)
  assertSnapRefusal(answer, 401, '00', path, 'Unauthorized. Invalid authCode')
})
