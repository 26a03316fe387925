/**
 * Every setting, in one schema; the only reader of process.env. A setting that is wrong stops the
 * start with a list of all that is wrong, never with a guess.
 */
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Static, Type } from 'typebox'
import { Value } from 'typebox/value'
import { type KafkaConfig, kafkaSettings, readKafka } from './kafka-settings.ts'
import { nearestName } from './primitives/nearest-name.ts'
import { Secret } from './primitives/secret.ts'

const seconds = (description: string, value: number) =>
  Type.Integer({ minimum: 1, maximum: 86_400, default: value, description })

/**
 * The environment. Descriptions are the text of docs/reference/settings.md; `wanted` says what a
 * pattern means.
 */
export const settings = Type.Object({
  GERBANG_MODE: Type.Enum(['sandbox', 'live'], {
    default: 'sandbox',
    description: 'sandbox: with simulators and the control surface under /sandbox. live: without.',
  }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'Address to listen on.' }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 8080,
    description: 'Port to listen on; 0 takes a free one.',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      description: 'How browsers and merchants reach the gateway; starts every URL handed out.',
    }),
  ),
  GERBANG_DATA_DIR: Type.String({
    minLength: 1,
    default: './.gerbang',
    description: 'Folder of the embedded PostgreSQL and of generated keys.',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://',
      wanted: 'must begin with postgres:// or postgresql://',
      description: 'A PostgreSQL server to use instead of the embedded one.',
    }),
  ),
  GERBANG_DATABASE_CONNECTIONS: Type.Integer({
    minimum: 1,
    maximum: 16,
    default: 16,
    description: 'Connections of the pool. More than 16 make it slower, not faster.',
  }),
  GERBANG_ROOT_KEY: Type.Optional(
    Type.String({
      description: 'Root key of the key ring: 32 bytes in base64. Live mode needs one.',
    }),
  ),
  GERBANG_ROOT_KEY_FILE: Type.Optional(
    Type.String({ description: 'A file that holds the root key, instead of GERBANG_ROOT_KEY.' }),
  ),
  GERBANG_SANDBOX_HOSTS: Type.String({
    default: '',
    description:
      'Host names, separated by commas, under which /sandbox may be called besides loopback.',
  }),
  GERBANG_SANDBOX_TOKEN: Type.Optional(
    Type.String({
      pattern: '^[!-~]{16,256}$',
      wanted: 'must have 16 to 256 characters without spaces',
      description:
        'Wanted as bearer token under /sandbox. Without it one is made at every start where HOST is not loopback, and printed. The demo and the shop send it.',
    }),
  ),
  GERBANG_NOTIFICATION_HOSTS: Type.String({
    default: '',
    description:
      'Live mode: host names (with the port, where it is not 443), separated by commas, to which a charge may redirect its notification by additional_info.override_notification_url.',
  }),
  GERBANG_REFUNDABLE_DAYS: Type.Integer({
    default: 180,
    minimum: 1,
    maximum: 3650,
    description:
      'How long the number of a card that nobody saved is kept after its payment, because a refund may need it.',
  }),
  GERBANG_TIMESTAMP_WINDOW_SECONDS: seconds(
    'How far Request-Timestamp may be from now, either way.',
    10,
  ),
  GERBANG_SNAP_TIMESTAMP_WINDOW_SECONDS: seconds(
    'How far X-TIMESTAMP of a SNAP call may be from now, either way.',
    300,
  ),
  GERBANG_REQUEST_ID_HOURS: Type.Integer({
    minimum: 1,
    maximum: 8_760,
    default: 24,
    description: 'How long a Request-Id is remembered.',
  }),
  GERBANG_ASK_DEADLINE_MS: Type.Integer({
    minimum: 50,
    maximum: 60_000,
    default: 5_000,
    description: 'How long an answer of an acquirer is waited for before the payment is PENDING.',
  }),
  GERBANG_THREE_D_SECURE_DEADLINE_MS: Type.Integer({
    minimum: 50,
    maximum: 60_000,
    default: 5_000,
    description: 'How long an answer of the 3-D Secure server is waited for.',
  }),
  GERBANG_SETTLEMENT_CUT_OFF: Type.String({
    pattern: '^([01][0-9]|2[0-3]):[0-5][0-9]$',
    wanted: 'must be a time of day such as 23:00',
    default: '23:00',
    description: 'When captured payments are closed into batches each day: HH:MM, Asia/Jakarta.',
  }),
  ...kafkaSettings,
  GERBANG_EVENT_DAYS: Type.Integer({
    minimum: 1,
    maximum: 3_650,
    default: 30,
    description:
      'How long events are kept after they happened; with KAFKA_BROKERS until Kafka has them, at least.',
  }),
  GERBANG_BODY_LIMIT_BYTES: Type.Integer({
    minimum: 1_024,
    maximum: 1_048_576,
    default: 65_536,
    description: 'Largest request body. The largest documented sample has 1 kB.',
  }),
  LOG_LEVEL: Type.Enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
    default: 'info',
    description: 'Least important log line that is written.',
  }),
  LOG_FORMAT: Type.Optional(
    Type.Enum(['json', 'people'], {
      description: 'json, or one line for a person (default on a terminal).',
    }),
  ),
})

export type Config = {
  readonly mode: 'sandbox' | 'live'
  readonly host: string
  readonly port: number
  readonly publicUrl: string | undefined
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly databaseConnections: number
  readonly rootKey: Secret<Buffer> | undefined
  readonly sandboxHosts: readonly string[]
  readonly sandboxToken: Secret<string> | undefined
  readonly notificationHosts: readonly string[]
  readonly timestampWindowSeconds: number
  readonly snapTimestampWindowSeconds: number
  readonly requestIdHours: number
  readonly refundableDays: number
  readonly askDeadlineMs: number
  readonly threeDSecureDeadlineMs: number
  /** HH:MM in Jakarta. */
  readonly settlementCutOff: string
  /** Undefined: events are not published. */
  readonly kafka: KafkaConfig | undefined
  readonly eventDays: number
  readonly bodyLimitBytes: number
  readonly logLevel: string
  readonly logForPeople: boolean
}

/** What is wrong with the settings, one line each. */
export class ConfigError extends Error {
  constructor(lines: readonly string[]) {
    super(
      `Gerbang cannot start with these settings:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    )
    this.name = 'ConfigError'
  }
}

/**
 * Reads and checks the settings.
 * @throws ConfigError listing everything that is wrong
 */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal = false,
): Config {
  const given = Object.fromEntries(
    Object.keys(settings.properties)
      .map((name) => [name, env[name]] as const)
      // An empty text counts as absent, as compose files and CI systems set it so.
      .filter(([, value]) => value !== undefined && value !== '')
      .map(([name, value = '']) => [name, toInteger(name, value)]),
  )
  const values = Value.Default(settings, given) as Static<typeof settings>
  const names = Value.Errors(settings, values).map(({ instancePath }) => instancePath.slice(1))
  const wrong = [...new Set(names)].map(describeWrong)
  wrong.push(...checkUrl(values.PUBLIC_URL))
  const rootKey = readRootKey(values, wrong)
  const kafka = readKafka(values, values.GERBANG_MODE, wrong)
  if (values.GERBANG_MODE === 'live') wrong.push(...checkLive(values))
  if (wrong.length > 0) throw new ConfigError(wrong)
  return {
    mode: values.GERBANG_MODE,
    host: values.HOST,
    port: values.PORT,
    publicUrl: values.PUBLIC_URL?.replace(/\/+$/, ''),
    dataDir: resolve(values.GERBANG_DATA_DIR),
    databaseUrl: values.DATABASE_URL,
    databaseConnections: values.GERBANG_DATABASE_CONNECTIONS,
    rootKey,
    sandboxHosts: namesOf(values.GERBANG_SANDBOX_HOSTS),
    sandboxToken:
      values.GERBANG_SANDBOX_TOKEN === undefined
        ? undefined
        : new Secret(values.GERBANG_SANDBOX_TOKEN),
    notificationHosts: namesOf(values.GERBANG_NOTIFICATION_HOSTS),
    timestampWindowSeconds: values.GERBANG_TIMESTAMP_WINDOW_SECONDS,
    snapTimestampWindowSeconds: values.GERBANG_SNAP_TIMESTAMP_WINDOW_SECONDS,
    requestIdHours: values.GERBANG_REQUEST_ID_HOURS,
    refundableDays: values.GERBANG_REFUNDABLE_DAYS,
    askDeadlineMs: values.GERBANG_ASK_DEADLINE_MS,
    threeDSecureDeadlineMs: values.GERBANG_THREE_D_SECURE_DEADLINE_MS,
    settlementCutOff: values.GERBANG_SETTLEMENT_CUT_OFF,
    kafka,
    eventDays: values.GERBANG_EVENT_DAYS,
    bodyLimitBytes: values.GERBANG_BODY_LIMIT_BYTES,
    logLevel: values.LOG_LEVEL,
    logForPeople: values.LOG_FORMAT === undefined ? isTerminal : values.LOG_FORMAT === 'people',
  }
}

/** Settings of the demo and the shop, which may stand in the same shell. */
const settingsOfExamples = ['GERBANG_URL', 'GERBANG_CLIENT_ID', 'GERBANG_SECRET_KEY']

/**
 * What is set and read by nobody, which is mostly a slip of the keys: under our prefix, without the
 * prefix that its setting has, or nearly as one of Kafka's. It is told and not refused, so that an older
 * version starts with the settings of a newer one.
 */
export function unknownSettings(
  env: Readonly<Record<string, string | undefined>>,
): readonly { readonly name: string; readonly nearest: string | undefined }[] {
  const known = Object.keys(settings.properties)
  // Without the prefix: GERBANG_PORT means PORT.
  const bare = (name: string) => name.replace(/^GERBANG_/, '')
  const nearest = (name: string) => nearestName(bare(name), known.map(bare))
  const meantBy = (name: string) =>
    known.find((one) => one.startsWith(`${name}_`)) ??
    known.find((one) => bare(one) === nearest(name))
  const isOurs = (name: string) => name.startsWith('GERBANG_') && !name.startsWith('GERBANG_TEST_')
  // One word alone, such as MODE, may be anybody's.
  const isWithoutPrefix = (name: string) => name.includes('_') && known.includes(`GERBANG_${name}`)
  // Kubernetes sets such variables of a service that is called kafka.
  const isKafkas = (name: string) =>
    /^KAFKA_/.test(name) && !/_(PORT|SERVICE)(_|$)/.test(name) && meantBy(name) !== undefined
  return Object.keys(env)
    .filter((name) => isOurs(name) || isWithoutPrefix(name) || isKafkas(name))
    .filter((name) => ![...known, ...settingsOfExamples].includes(name))
    .map((name) => ({ name, nearest: meantBy(name) }))
}

/** Digits only: the library's own conversion takes 80.5 and 0x50 for a port. */
function toInteger(name: string, text: string): string | number {
  const schema = settings.properties[name as keyof typeof settings.properties]
  const isInteger = 'type' in schema && schema.type === 'integer'
  return isInteger && /^-?\d{1,15}$/.test(text) ? Number(text) : text
}

function describeWrong(name: string): string {
  const schema: SettingSchema = settings.properties[name as keyof typeof settings.properties]
  return `${name}: ${wantedOf(schema)}. ${schema.description ?? ''}`
}

type SettingSchema = Partial<
  Record<'wanted' | 'description' | 'type', string> & Record<'minimum' | 'maximum', number>
> & { readonly enum?: readonly string[] }

/** What a setting must be, in words for the person who set it. */
function wantedOf({ enum: allowed, type, minimum, maximum, wanted }: SettingSchema): string {
  if (allowed) return `must be one of ${allowed.join(', ')}`
  if (type === 'integer') return `must be a whole number from ${minimum} to ${maximum}`
  return wanted ?? 'must not be empty'
}

function checkUrl(url: string | undefined): string[] {
  if (url === undefined) return []
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return []
  return ['PUBLIC_URL: must be an http or https URL, such as https://gateway.example.com']
}

function readRootKey(values: Static<typeof settings>, wrong: string[]): Secret<Buffer> | undefined {
  const file = values.GERBANG_ROOT_KEY_FILE
  let text = values.GERBANG_ROOT_KEY
  if (file !== undefined) {
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      wrong.push('GERBANG_ROOT_KEY_FILE: the file cannot be read')
      return undefined
    }
  }
  if (text === undefined) return undefined
  const key = Buffer.from(text.trim(), 'base64')
  const name = file === undefined ? 'GERBANG_ROOT_KEY' : 'GERBANG_ROOT_KEY_FILE'
  if (key.length !== 32) wrong.push(`${name}: must be 32 bytes in base64`)
  return new Secret(key)
}

/** Live mode starts on nothing that the sandbox makes by itself. */
function checkLive(values: Static<typeof settings>): string[] {
  const wrong: string[] = []
  if (values.DATABASE_URL === undefined) {
    wrong.push('DATABASE_URL: live mode does not run on the embedded PostgreSQL')
  }
  if (values.GERBANG_ROOT_KEY === undefined && values.GERBANG_ROOT_KEY_FILE === undefined) {
    wrong.push(
      'GERBANG_ROOT_KEY or GERBANG_ROOT_KEY_FILE: live mode does not make its own root key',
    )
  }
  if (values.PUBLIC_URL === undefined || !values.PUBLIC_URL.startsWith('https://')) {
    wrong.push('PUBLIC_URL: live mode needs the https URL under which it is reached')
  }
  return wrong
}

/** The names of a list with commas. */
function namesOf(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter(Boolean)
}
