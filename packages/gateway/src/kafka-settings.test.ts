import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ConfigError, readConfig } from './config.ts'

const brokers = { KAFKA_BROKERS: 'kafka:9092' }
const password = 'for-the-brokers-only'
const sasl = {
  KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
  KAFKA_SASL_USERNAME: 'gerbang',
  KAFKA_SASL_PASSWORD: password,
}

test('with brokers alone events are published without TLS or password', () => {
  assert.deepEqual(readConfig(brokers).kafka, {
    brokers: ['kafka:9092'],
    clientId: 'gerbang',
    topicPrefix: 'gerbang.',
    tls: undefined,
    sasl: undefined,
  })
})

test('a broker is a name, an IPv4 address, or an IPv6 address in brackets', () => {
  const given = ['kafka_1.example:9092', '10.0.0.1:65535', '[::1]:1', '[2001:db8::10.0.0.1]:9092']
  assert.deepEqual(readConfig({ KAFKA_BROKERS: given.join(',') }).kafka?.brokers, given)
})

test('every setting of Kafka is read, and its password is not shown', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'gerbang-kafka-')), 'ca.pem')
  const ca = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
  writeFileSync(file, ca)
  const config = readConfig({
    ...sasl,
    KAFKA_BROKERS: 'one.kafka:9092, two.kafka:9093',
    KAFKA_TOPIC_PREFIX: 'pay_',
    KAFKA_CLIENT_ID: 'gateway-1',
    KAFKA_TLS: file,
  })
  const { kafka } = config
  assert.deepEqual(kafka?.brokers, ['one.kafka:9092', 'two.kafka:9093'])
  assert.deepEqual([kafka?.topicPrefix, kafka?.clientId], ['pay_', 'gateway-1'])
  assert.equal(kafka?.tls?.ca?.toString(), ca)
  assert.equal(kafka?.sasl?.mechanism, 'SCRAM-SHA-512')
  assert.ok(kafka?.sasl?.password.reveal((value) => value === password))
  assert.ok(!inspect(config, { depth: 9 }).includes(password))
  assert.deepEqual(readConfig({ ...brokers, KAFKA_TLS: 'true' }).kafka?.tls, { ca: undefined })
})

const live = { GERBANG_MODE: 'live' }

for (const [what, env, refused] of [
  ['brokers without a port', { KAFKA_BROKERS: 'kafka' }, /KAFKA_BROKERS: must be host:port/],
  ['a URL for a broker', { KAFKA_BROKERS: 'kafka://kafka:9092' }, /KAFKA_BROKERS: must be/],
  ['a list that ends in a comma', { KAFKA_BROKERS: 'kafka:9092,' }, /KAFKA_BROKERS: must be/],
  ['port 0', { KAFKA_BROKERS: '127.0.0.1:0' }, /ports are 1 to 65535/],
  ['a port that there is not', { KAFKA_BROKERS: 'a:9092,127.0.0.1:99999' }, /ports are 1 to 65535/],
  ['a broker with a user', { KAFKA_BROKERS: 'u@x:9092' }, /KAFKA_BROKERS: must be host:port/],
  ['an IPv6 address without brackets', { KAFKA_BROKERS: '::1:9092' }, /stands in brackets/],
  ['brackets around a name', { KAFKA_BROKERS: '[kafka]:9092' }, /stands in brackets/],
  ['a prefix that no topic may have', { ...brokers, KAFKA_TOPIC_PREFIX: 'a/b' }, /letters, digits/],
  [
    'a mechanism that is none',
    { ...brokers, ...sasl, KAFKA_SASL_MECHANISM: 'LOGIN' },
    /one of PLAIN/,
  ],
  ['a name without a password', { ...brokers, ...sasl, KAFKA_SASL_PASSWORD: '' }, /all of them/],
  [
    'a password without a mechanism',
    { ...brokers, ...sasl, KAFKA_SASL_MECHANISM: '' },
    /all of them/,
  ],
  ['a password and no brokers', sasl, /KAFKA_BROKERS: other settings of Kafka are there/],
  ['a word for TLS', { ...brokers, KAFKA_TLS: 'yes' }, /KAFKA_TLS: must be true, false, or a file/],
  ['a file without a certificate', { ...brokers, KAFKA_TLS: '/dev/null' }, /holds no cert/],
  [
    'a plain password in live mode',
    { ...brokers, ...sasl, ...live, KAFKA_SASL_MECHANISM: 'PLAIN' },
    /KAFKA_TLS: live mode sends no password/,
  ],
] as const) {
  test(`${what} stops the start, and says why`, () => {
    assert.throws(
      () => readConfig(env),
      (error) => {
        assert.ok(error instanceof ConfigError)
        assert.match(error.message, refused)
        return !error.message.includes(password)
      },
    )
  })
}
