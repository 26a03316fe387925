/** The settings of Kafka, as config.ts takes them in. */
import { readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { type Static, type TObject, Type } from 'typebox'
import type { KafkaSettings } from './platform/kafka/index.ts'
import { Secret } from './primitives/secret.ts'

export const usualTopicPrefix = 'gerbang.'

export const kafkaSettings = {
  KAFKA_BROKERS: Type.Optional(
    Type.String({
      description:
        'Kafka brokers to begin with: host:port (an IPv6 address in brackets), separated by commas. Without them events are read at /sandbox/events only.',
    }),
  ),
  KAFKA_TOPIC_PREFIX: Type.String({
    pattern: '^[A-Za-z0-9._-]{1,200}$',
    wanted: 'must have letters, digits, dots, dashes and underscores only',
    default: usualTopicPrefix,
    description:
      'What the names of the topics begin with: payments, refunds, settlements, bindings.',
  }),
  KAFKA_CLIENT_ID: Type.String({
    minLength: 1,
    maxLength: 100,
    default: 'gerbang',
    description: 'How the gateway calls itself at the brokers.',
  }),
  KAFKA_TLS: Type.String({
    default: 'false',
    description:
      'true: TLS, with the authorities that Node knows. Or a file (PEM) of the authority to believe instead.',
  }),
  KAFKA_SASL_MECHANISM: Type.Optional(
    Type.Enum(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], {
      description: 'How the gateway proves at the brokers who it is.',
    }),
  ),
  KAFKA_SASL_USERNAME: Type.Optional(Type.String({ description: 'Its name at the brokers.' })),
  KAFKA_SASL_PASSWORD: Type.Optional(Type.String({ description: 'Its password at the brokers.' })),
}

export type KafkaConfig = KafkaSettings & { readonly topicPrefix: string }

/** Undefined where events are not published; what is wrong is added to `wrong`. */
export function readKafka(
  values: Static<TObject<typeof kafkaSettings>>,
  mode: 'sandbox' | 'live',
  wrong: string[],
): KafkaConfig | undefined {
  const brokers = readBrokers(values.KAFKA_BROKERS, wrong)
  const tls = readTls(values.KAFKA_TLS, wrong)
  const sasl = readSasl(values, wrong)
  if (mode === 'live' && sasl?.mechanism === 'PLAIN' && !tls) {
    wrong.push('KAFKA_TLS: live mode sends no password without TLS (KAFKA_SASL_MECHANISM is PLAIN)')
  }
  if (brokers === undefined) {
    if (tls ?? sasl) wrong.push('KAFKA_BROKERS: other settings of Kafka are there, but no brokers')
    return undefined
  }
  return {
    brokers,
    clientId: values.KAFKA_CLIENT_ID,
    topicPrefix: values.KAFKA_TOPIC_PREFIX,
    tls,
    sasl,
  }
}

function readBrokers(value: string | undefined, wrong: string[]): readonly string[] | undefined {
  const brokers = value?.split(',').map((broker) => broker.trim())
  if (brokers?.every(isBroker) === false) {
    wrong.push(
      'KAFKA_BROKERS: must be host:port, several separated by commas; ports are 1 to 65535, and an IPv6 address stands in brackets',
    )
  }
  return brokers
}

function isBroker(text: string): boolean {
  const [, address, name, port] = /^(?:\[(.*)\]|([\w.-]{1,253})):(\d{1,5})$/.exec(text) ?? []
  const isHost = address === undefined ? name !== undefined : isIPv6(address)
  return isHost && Number(port) >= 1 && Number(port) <= 65_535
}

function readTls(value: string, wrong: string[]): KafkaConfig['tls'] {
  if (value === 'false') return undefined
  if (value === 'true') return { ca: undefined }
  try {
    const ca = readFileSync(value)
    if (ca.includes('-----BEGIN CERTIFICATE-----')) return { ca }
    wrong.push('KAFKA_TLS: the file holds no certificate (PEM)')
  } catch {
    wrong.push('KAFKA_TLS: must be true, false, or a file that can be read')
  }
  return undefined
}

function readSasl(
  {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  }: Static<TObject<typeof kafkaSettings>>,
  wrong: string[],
): KafkaConfig['sasl'] {
  if ([mechanism, username, password].every((value) => value === undefined)) return undefined
  if (mechanism === undefined || username === undefined || password === undefined) {
    wrong.push(
      'KAFKA_SASL_MECHANISM: with KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD, all of them or none',
    )
    return undefined
  }
  return { mechanism, username, password: new Secret(password) }
}
