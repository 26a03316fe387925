/**
 * SNAP's door with routes of the tests behind it, on the database of a world: what calls with a
 * token have in common is shown on a payment that does nothing but claim its X-EXTERNAL-ID.
 */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { snapServiceCodeOf } from '@gerbang/wire'
import { snapEnvelope } from '@gerbang/wire/schemas'
import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { createAccessTokens } from '../../../packages/gateway/src/access-tokens/index.ts'
import {
  openSnapDoor,
  type TransactRoute,
} from '../../../packages/gateway/src/api/snap/door/door.ts'
import { mandatoryText } from '../../../packages/gateway/src/api/snap/fields.ts'
import { SnapError } from '../../../packages/gateway/src/api/snap/snap-error.ts'
import { b2bTokenRoute } from '../../../packages/gateway/src/api/snap/tokens/b2b-token.ts'
import { b2b2cTokenRoute } from '../../../packages/gateway/src/api/snap/tokens/b2b2c-token.ts'
import { createServer } from '../../../packages/gateway/src/platform/http/server.ts'
import { createLog } from '../../../packages/gateway/src/platform/log/index.ts'
import { later } from '../../../packages/gateway/src/primitives/clock.ts'
import { claimRequests, createRequests } from '../../../packages/gateway/src/requests/index.ts'
import { type Answer, testGatewayKeys, type World } from '../../harness/world.ts'
import { assertShape } from '../calls.ts'

export const testAuthCode = 'AUTH-CODE-1'

export async function openTestDoor(
  world: World,
  { bodyLimitBytes = 65_536 } = {},
): Promise<FastifyInstance> {
  const { app, clock, database } = world
  const { merchants, keyRing } = app.sandboxMerchants
  const log = createLog({ level: 'silent' })
  const accessTokens = createAccessTokens({ keys: testGatewayKeys, clock })
  const server = createServer({
    log,
    bodyLimitBytes,
    unreadable: () => ({}),
    refuse: async (_request, reply) => void reply.code(400).send(),
  })
  const deps = {
    merchants,
    keyRing,
    clock,
    log,
    accessTokens,
    bodyLimitBytes,
    requests: createRequests({ database }),
    timestampWindowSeconds: 300,
    gatewayPublicKey: testGatewayKeys.publicKey,
  }
  await openSnapDoor(server, deps, (door) => {
    door.token(b2bTokenRoute({ accessTokens }))
    door.token(
      b2b2cTokenRoute({
        accessTokens,
        redeemAuthCode: async (_merchant, code) => (code === testAuthCode ? 'CUST1' : undefined),
      }),
    )
    door.transact(testPayment(world))
  })
  after(() => server.close())
  await server.ready()
  return server
}

function testPayment({ app, database, clock }: World): TransactRoute<string> {
  return {
    service: 'pay',
    summary: 'A payment of the tests',
    description: 'Claims its X-EXTERNAL-ID and tells what the door made of the call.',
    request: Type.Object({ partnerReferenceNo: Type.String() }),
    response: Type.Object({
      responseCode: Type.String(),
      responseMessage: Type.String(),
      referenceNo: Type.Optional(Type.String()),
      channel: Type.Optional(Type.String()),
      customerId: Type.Optional(Type.String()),
    }),
    parse: (body) => mandatoryText(body, 'partnerReferenceNo'),
    handle: async (reference, call, claim) => {
      if (reference === 'REFUSED') throw new SnapError('do_not_honor')
      if (reference === 'DEFECT') throw new Error('a defect')
      const operationId = app.sandboxMerchants.ids.next('operation')
      const expiresAt = later(clock.now(), 86_400_000)
      const mine = await database`
        with ${claimRequests(database, [
          { ...claim, operationId, invoiceNumber: undefined, expiresAt },
        ])}
        select operation_id from mine`
      if (mine.length === 0) return undefined
      if (reference === 'PENDING') return { row: 'in_progress' }
      const { channel, customerId } = call
      return { row: 'successful', members: { referenceNo: operationId, channel, customerId } }
    },
  }
}

/** The answer is this refusal, in the envelope of its service, and says nothing else. */
export function assertSnapRefusal(
  answer: Answer,
  status: number,
  rest: string,
  path: string,
  message?: string,
): void {
  assertEnvelope(answer)
  assert.equal(answer.body.responseCode, `${status}${snapServiceCodeOf(path)}${rest}`, answer.text)
  assert.deepEqual(Object.keys(answer.body), ['responseCode', 'responseMessage'])
  if (message !== undefined) assert.equal(answer.body.responseMessage, message)
}

/** Every answer: the envelope, with the status that HTTP carries, and the time. */
export function assertEnvelope(answer: Answer): void {
  assertShape(snapEnvelope, answer.body)
  assert.equal(answer.body.responseCode.slice(0, 3), String(answer.status))
  assert.match(String(answer.headers['content-type']), /^application\/json/)
  assert.match(
    String(answer.headers['x-timestamp']),
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+07:00$/,
  )
  // A token is random text, in which anything may stand.
  const text = answer.text.replaceAll(/eyJ[\w.-]+/g, '')
  assert.doesNotMatch(text, /node_modules|\.ts:\d+|\bat \w+ \(|fastify|FST_|postgres|sql/i)
}
