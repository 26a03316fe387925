import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Merchant } from '../../merchants/index.ts'
import { Secret } from '../../primitives/secret.ts'
import { welcome } from './welcome.ts'

const url = 'http://127.0.0.1:8080'
const clockAt = (offsetMs: number) => ({
  offsetMs: () => offsetMs,
  now: () => new Date('2027-01-02T03:04:05Z'),
})

type About = Parameters<typeof welcome>[0]
const text = (change: Partial<About> = {}) =>
  welcome({
    url,
    merchant: { clientId: 'MCH-1', secretKey: new Secret('SK-1') } as Merchant,
    token: undefined,
    dataDir: undefined,
    kafka: undefined,
    clock: clockAt(0),
    needsPublicUrl: false,
    ...change,
  })

test('it says where the sandbox is and who the merchant is, and nothing of what is as usual', () => {
  const usual = text()
  assert.match(usual, /ready at http:\/\/127\.0\.0\.1:8080\n/)
  assert.match(usual, /MCH-1[\s\S]*SK-1/)
  assert.match(usual, /: {2}npm run demo\n/)
  assert.match(usual, /: {3}npm run demo -- kki\n/)
  assert.match(usual, /Refused\? +http:\/\/127\.0\.0\.1:8080\/sandbox\/explain\n/)
  assert.doesNotMatch(usual, /Clock|PUBLIC_URL|Bearer|Data |Kafka/)
})

test('a clock that was moved before the start is told, with the call that sets it back', () => {
  const line = /Clock +2027-01-02T03:04Z, moved 12\.5 h ahead; POST \/sandbox\/reset sets it back/
  assert.match(text({ clock: clockAt(45_000_000) }), line)
})

test('where others can reach it and no PUBLIC_URL is set, that is advised', () => {
  assert.match(text({ needsPublicUrl: true }), /set PUBLIC_URL to the URL under which browsers/)
})

test('the demo is called with what it needs to reach a gateway that is not the usual one', () => {
  const elsewhere = text({ url: 'http://127.0.0.1:8081', token: { value: 'tok', isSet: false } })
  assert.match(
    elsewhere,
    /GERBANG_URL=http:\/\/127\.0\.0\.1:8081 GERBANG_SANDBOX_TOKEN=tok npm run demo/,
  )
  assert.match(elsewhere, /Authorization: Bearer tok\n/)
})

test('a token that was set is not printed', () => {
  const set = text({ token: { value: 'of-the-operator', isSet: true } })
  assert.match(set, /Authorization: Bearer \$GERBANG_SANDBOX_TOKEN\n/)
  assert.doesNotMatch(set, /of-the-operator/)
})

test('the issuer app is told as an address that opens it, with the token where one is wanted', () => {
  assert.match(text(), /Issuer app +http:\/\/127\.0\.0\.1:8080\/issuer-app\n/)
  const printed = text({ token: { value: 'tok', isSet: false } })
  assert.match(printed, /\/issuer-app\?token=tok\n/)
  const set = text({ token: { value: 'of-the-operator', isSet: true } })
  assert.match(set, /\/issuer-app\?token=\$GERBANG_SANDBOX_TOKEN\n/)
})

test('it says where events are published, where they are', () => {
  const kafka = { brokers: ['one:9092', 'two:9092'], topicPrefix: 'pay.' }
  assert.match(text({ kafka }), /Kafka +one:9092, two:9092, topics pay\.\*\n/)
})
