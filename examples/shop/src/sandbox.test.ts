import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startStubGateway } from '@gerbang/client/testing'
import { readCredentials, tellMovedClock } from './sandbox.ts'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-exampleSecretKey00001' }

for (const [offsetMs, told] of [
  [0, /^$/],
  [1, /clock was moved and says 2035-03-19T10:30Z: curl -X POST http:\S+\/sandbox\/reset sets/],
] as const) {
  test(`a clock that is ${offsetMs} ms ahead is ${offsetMs === 0 ? 'not ' : ''}told`, async (t) => {
    const json = { now: '2035-03-19T10:30:00.000Z', offsetMs }
    const gateway = await startStubGateway({ ...merchant, answer: () => ({ json }) })
    t.after(() => gateway.close())
    const lines: string[] = []
    const log = (line: string) => lines.push(line)
    await tellMovedClock({ gatewayUrl: gateway.url, token: undefined }, log)
    assert.match(lines.join('\n'), told)
  })
}

test('where no gateway answers, the reader is told how to start one, or to name his own', async () => {
  const message = /at http:\/\/127\.0\.0\.1:9: start it with npm start, or say in GERBANG_URL/
  const nowhere = { gatewayUrl: 'http://127.0.0.1:9', token: undefined }
  await assert.rejects(readCredentials(nowhere), { message })
})
