/**
 * The floor: what the same machine does when a gateway is no more than its signatures and its two
 * commits. A bare Fastify program verifies the same signature, makes two durable one-statement
 * writes of the size that the gateway writes, and signs its answer.
 */
import { digestOf, formatTimestamp, sign, verifySignature } from '@gerbang/wire'
import Fastify from 'fastify'
import {
  connectDatabase,
  startEmbeddedPostgres,
} from '../packages/gateway/src/platform/database/index.ts'

const [dataDir = '', secretKey = '', beginBytes = '0', settleBytes = '0'] = process.argv.slice(2)
const postgres = await startEmbeddedPostgres({ dataDir, log: () => {} })
const database = connectDatabase({ server: postgres.connection, max: 16 })
await database`create table begun (id text primary key, state text not null, row text not null)`
await database`create table settled (id text primary key, row text not null)`
const begunRow = 'b'.repeat(Number(beginBytes))
const settledRow = 's'.repeat(Number(settleBytes))

const server = Fastify({ logger: false })
server.removeAllContentTypeParsers()
server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
server.post('/credit-card/charge', async (request, reply) => {
  const header = (name: string) => String(request.headers[name] ?? '')
  const parts = {
    clientId: header('client-id'),
    requestId: header('request-id'),
    timestamp: header('request-timestamp'),
    requestTarget: request.url,
    digest: digestOf(request.body as Buffer),
  }
  if (!verifySignature('request', parts, header('signature'), secretKey)) {
    return reply.code(400).send()
  }
  const order = JSON.parse((request.body as Buffer).toString('utf8')).order
  await database`
    insert into begun (id, state, row) values (${parts.requestId}, 'asked', ${begunRow})`
  await database`insert into settled (id, row) values (${parts.requestId}, ${settledRow})`
  const answer = JSON.stringify({ order, payment: { status: 'SUCCESS' } })
  const timestamp = formatTimestamp(new Date())
  return reply
    .headers({
      'Content-Type': 'application/json',
      'Client-Id': parts.clientId,
      'Request-Id': parts.requestId,
      'Response-Timestamp': timestamp,
      Signature: sign('response', { ...parts, timestamp, digest: digestOf(answer) }, secretKey),
    })
    .send(answer)
})
process.stdout.write(`  ready at ${await server.listen({ port: 0, host: '127.0.0.1' })}\n`)
process.on('SIGTERM', async () => {
  await server.close()
  await database.end()
  await postgres.stop()
  process.exit(0)
})
