/** A Kafka sender whose sends fail, as its tests want them to. */
import assert from 'node:assert/strict'
import { after } from 'node:test'
import {
  createKafkaSender,
  KafkaError,
  type KafkaSettings,
} from '../../packages/gateway/src/platform/kafka/index.ts'
import { type Clock, systemClock } from '../../packages/gateway/src/primitives/clock.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'

const password = 'not-for-any-log'

export const sasl = {
  mechanism: 'SCRAM-SHA-256',
  username: 'gerbang',
  password: new Secret(password),
} as const

/** A sender, and a send of it that fails with a reason that may be logged. */
export function testSender(
  address: string,
  settings: Partial<KafkaSettings> = {},
  clock: Clock = systemClock(),
) {
  const usual = { brokers: [address], clientId: 'test', tls: undefined, sasl: undefined }
  const sender = createKafkaSender({ ...usual, ...settings }, clock)
  after(() => sender.close())
  const message = { topic: 'payments', key: 'pay_1', value: '{}', headers: {} }
  /** Why it failed. */
  const failure = async (giveUp = new AbortController().signal): Promise<string> => {
    const error = await sender.send([message], giveUp).then(
      () => assert.fail('it was sent'),
      (error) => error,
    )
    assert.ok(error instanceof KafkaError, `no KafkaError: ${error}`)
    assert.ok(error.message.length > 5 && !error.message.includes(password), error.message)
    assert.ok(!/\n|^[0-9A-F]{8,}:/.test(error.message), error.message)
    return error.message
  }
  return { sender, failure }
}
