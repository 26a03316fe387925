import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ConfigError, readConfig, settings, unknownSettings } from './config.ts'

type Env = Readonly<Record<string, string | undefined>>

/** The names of the settings that are refused, in the order of the message. */
function wrongOf(env: Env): string[] {
  try {
    readConfig(env)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    const [head, ...lines] = error.message.split('\n')
    assert.equal(head, 'Gerbang cannot start with these settings:')
    return lines.map((line) => /^ {2}([A-Z_]+(?: or [A-Z_]+)?): ./.exec(line)?.[1] ?? line)
  }
  return []
}

test('without any setting it is the documented sandbox', () => {
  assert.deepEqual(readConfig({}), {
    mode: 'sandbox',
    host: '127.0.0.1',
    port: 8080,
    publicUrl: undefined,
    dataDir: resolve('./.gerbang'),
    databaseUrl: undefined,
    databaseConnections: 16,
    rootKey: undefined,
    sandboxHosts: [],
    sandboxToken: undefined,
    notificationHosts: [],
    timestampWindowSeconds: 10,
    snapTimestampWindowSeconds: 300,
    requestIdHours: 24,
    refundableDays: 180,
    askDeadlineMs: 5_000,
    threeDSecureDeadlineMs: 5_000,
    settlementCutOff: '23:00',
    kafka: undefined,
    eventDays: 30,
    bodyLimitBytes: 65_536,
    logLevel: 'info',
    logForPeople: false,
  })
})

test('an empty setting counts as absent, whichever it is', () => {
  const empty = Object.fromEntries(Object.keys(settings.properties).map((name) => [name, '']))
  assert.deepEqual(readConfig(empty), readConfig({}))
})

test('settings of other programs are none of ours', () => {
  assert.deepEqual(readConfig({ PATH: '/bin', PORTS: 'x', NODE_ENV: 'y' }), readConfig({}))
})

for (const [name, values] of [
  ['GERBANG_MODE', ['Live', 'production', '1']],
  ['PORT', ['-1', '65536', 'http', '80.5', '0x50', '8080 and more']],
  ['PUBLIC_URL', ['gateway.example.com', 'ftp://gateway.example.com', 'https://', '/gateway']],
  ['DATABASE_URL', ['mysql://db/gerbang', 'localhost:5432', '/var/run']],
  ['GERBANG_SETTLEMENT_CUT_OFF', ['24:00', '7:00', '23:60', '23.00', '23:00:00', '11pm']],
  ['GERBANG_DATABASE_CONNECTIONS', ['0', '17', 'many']],
  [
    'GERBANG_ROOT_KEY',
    ['short', Buffer.alloc(31).toString('base64'), randomBytes(33).toString('base64')],
  ],
  ['GERBANG_ROOT_KEY_FILE', ['/does/not/exist']],
  ['GERBANG_SANDBOX_TOKEN', ['short', 'sixteen letters!, with a space']],
  ['GERBANG_TIMESTAMP_WINDOW_SECONDS', ['0', '86401', 'ten']],
  ['GERBANG_SNAP_TIMESTAMP_WINDOW_SECONDS', ['0', '86401', 'ten']],
  ['GERBANG_REQUEST_ID_HOURS', ['0', '8761', '1.5']],
  ['GERBANG_ASK_DEADLINE_MS', ['49', '60001', '5s']],
  ['GERBANG_THREE_D_SECURE_DEADLINE_MS', ['49', '60001', '5s']],
  ['GERBANG_EVENT_DAYS', ['0', '3651', 'a month']],
  ['GERBANG_BODY_LIMIT_BYTES', ['1023', '1048577', '64k']],
  ['LOG_LEVEL', ['verbose', 'INFO']],
  ['LOG_FORMAT', ['text', 'JSON']],
] as const) {
  for (const value of values) {
    test(`${name}=${value.slice(0, 30)} is refused by its name`, () => {
      assert.deepEqual(wrongOf({ [name]: value }), [name])
    })
  }
}

test('all that is wrong is named at once', () => {
  const env = { PORT: 'x', LOG_LEVEL: 'loud', PUBLIC_URL: 'nowhere', GERBANG_ROOT_KEY: 'short' }
  assert.deepEqual(wrongOf(env).toSorted(), Object.keys(env).toSorted())
})

test('what is refused says what is wanted, and never shows a key', () => {
  assert.throws(() => readConfig({ PORT: '65536' }), /PORT: .*65535.* Port to listen on/)
  const key = randomBytes(20).toString('base64')
  assert.throws(
    () => readConfig({ GERBANG_ROOT_KEY: key }),
    (error) => error instanceof ConfigError && !inspect(error).includes(key),
  )
})

for (const [name, value, wanted] of [
  ['GERBANG_MODE', 'sandpit', 'must be one of sandbox, live.'],
  ['LOG_LEVEL', 'loud', 'must be one of trace, debug, info, warn, error, fatal, silent.'],
  ['LOG_FORMAT', 'xml', 'must be one of json, people.'],
  ['PORT', 'http', 'must be a whole number from 0 to 65535.'],
  ['DATABASE_URL', 'mysql://db/x', 'must begin with postgres:// or postgresql://.'],
  ['GERBANG_SANDBOX_TOKEN', 'short', 'must have 16 to 256 characters without spaces.'],
] as const) {
  test(`${name}=${value} is told what it may be, in words`, () => {
    assert.throws(
      () => readConfig({ [name]: value }),
      (error) => error instanceof ConfigError && error.message.includes(`${name}: ${wanted} `),
    )
  })
}

test('every pattern has words that say what it means', () => {
  const wordless = Object.values(settings.properties).filter(
    (schema) => 'pattern' in schema && !('wanted' in schema),
  )
  assert.deepEqual(wordless, [])
})

test('a setting that nobody reads is told, with the name it most likely means', () => {
  const env = {
    GERBANG_SANDBOX_HOST: 'x',
    GERBANG_PORT: '1',
    GERBANG_KAFKA: 'x',
    GERBANG_MODE: 'x',
    DATA_DIR: 'x',
    KAFKA_BROKER: 'x',
    KAFKA_TOPIC: 'x',
  }
  assert.deepEqual(unknownSettings(env), [
    { name: 'GERBANG_SANDBOX_HOST', nearest: 'GERBANG_SANDBOX_HOSTS' },
    { name: 'GERBANG_PORT', nearest: 'PORT' },
    { name: 'GERBANG_KAFKA', nearest: undefined },
    { name: 'DATA_DIR', nearest: 'GERBANG_DATA_DIR' },
    { name: 'KAFKA_BROKER', nearest: 'KAFKA_BROKERS' },
    { name: 'KAFKA_TOPIC', nearest: 'KAFKA_TOPIC_PREFIX' },
  ])
})

test('settings of the examples, of the tests and of other programs are not told', () => {
  const env = {
    GERBANG_URL: 'x',
    GERBANG_SECRET_KEY: 'x',
    GERBANG_TEST_KEEP: '1',
    PORTS: '1',
    MODE: 'x',
    KAFKA_PORT_9092_TCP: 'x',
    KAFKA_SERVICE_PORT: 'x',
    KAFKA_ADVERTISED_LISTENERS: 'x',
  }
  assert.deepEqual(unknownSettings(env), [])
})

test('every setting is read', () => {
  const key = randomBytes(32)
  const config = readConfig({
    HOST: '0.0.0.0',
    PORT: '0',
    PUBLIC_URL: 'https://gateway.example.com///',
    GERBANG_DATA_DIR: '/srv/gerbang',
    DATABASE_URL: 'postgresql://u:p@db:5432/gerbang',
    GERBANG_DATABASE_CONNECTIONS: '1',
    GERBANG_ROOT_KEY: key.toString('base64'),
    GERBANG_SANDBOX_HOSTS: ' Gateway.local, ,other ',
    GERBANG_SANDBOX_TOKEN: 'a-token-of-16-or-more',
    GERBANG_NOTIFICATION_HOSTS: 'merchant.example,merchant.example:8443',
    GERBANG_TIMESTAMP_WINDOW_SECONDS: '30',
    GERBANG_SNAP_TIMESTAMP_WINDOW_SECONDS: '200',
    GERBANG_REQUEST_ID_HOURS: '48',
    GERBANG_REFUNDABLE_DAYS: '30',
    GERBANG_ASK_DEADLINE_MS: '100',
    GERBANG_THREE_D_SECURE_DEADLINE_MS: '200',
    GERBANG_SETTLEMENT_CUT_OFF: '00:30',
    GERBANG_EVENT_DAYS: '7',
    GERBANG_BODY_LIMIT_BYTES: '2048',
    LOG_LEVEL: 'warn',
    LOG_FORMAT: 'people',
  })
  const { rootKey, sandboxToken, ...rest } = config
  assert.ok(sandboxToken?.reveal((token) => token === 'a-token-of-16-or-more'))
  assert.ok(!inspect(config).includes('a-token-of-16-or-more'))
  assert.ok(rootKey?.reveal((bytes) => bytes.equals(key)))
  assert.ok(!inspect(config).includes(key.toString('base64')))
  assert.deepEqual(rest, {
    mode: 'sandbox',
    host: '0.0.0.0',
    port: 0,
    publicUrl: 'https://gateway.example.com',
    dataDir: '/srv/gerbang',
    databaseUrl: 'postgresql://u:p@db:5432/gerbang',
    databaseConnections: 1,
    sandboxHosts: ['gateway.local', 'other'],
    notificationHosts: ['merchant.example', 'merchant.example:8443'],
    timestampWindowSeconds: 30,
    snapTimestampWindowSeconds: 200,
    requestIdHours: 48,
    refundableDays: 30,
    askDeadlineMs: 100,
    threeDSecureDeadlineMs: 200,
    settlementCutOff: '00:30',
    kafka: undefined,
    eventDays: 7,
    bodyLimitBytes: 2_048,
    logLevel: 'warn',
    logForPeople: true,
  })
})

test('the root key can come from a file, which may end in a line feed', () => {
  const key = randomBytes(32)
  const file = join(mkdtempSync(join(tmpdir(), 'gerbang-config-')), 'root-key')
  writeFileSync(file, `${key.toString('base64')}\n`)
  const { rootKey } = readConfig({ GERBANG_ROOT_KEY_FILE: file })
  assert.ok(rootKey?.reveal((bytes) => bytes.equals(key)))
  writeFileSync(file, 'too short')
  assert.deepEqual(wrongOf({ GERBANG_ROOT_KEY_FILE: file }), ['GERBANG_ROOT_KEY_FILE'])
})

test('log lines are for people on a terminal, unless it is said otherwise', () => {
  assert.equal(readConfig({}, true).logForPeople, true)
  assert.equal(readConfig({ LOG_FORMAT: 'json' }, true).logForPeople, false)
  assert.equal(readConfig({ LOG_FORMAT: 'people' }, false).logForPeople, true)
})

const live = {
  GERBANG_MODE: 'live',
  DATABASE_URL: 'postgres://db/gerbang',
  GERBANG_ROOT_KEY: randomBytes(32).toString('base64'),
  PUBLIC_URL: 'https://gateway.example.com',
}

test('live mode takes settings that leave nothing to the sandbox', () => {
  assert.equal(readConfig(live).mode, 'live')
})

test('live mode refuses every default of the sandbox, all at once', () => {
  const missing = ['DATABASE_URL', 'GERBANG_ROOT_KEY or GERBANG_ROOT_KEY_FILE', 'PUBLIC_URL']
  assert.deepEqual(wrongOf({ GERBANG_MODE: 'live' }), missing)
})

for (const [name, value, refused] of [
  ['DATABASE_URL', undefined, 'DATABASE_URL'],
  ['DATABASE_URL', '', 'DATABASE_URL'],
  ['GERBANG_ROOT_KEY', undefined, 'GERBANG_ROOT_KEY or GERBANG_ROOT_KEY_FILE'],
  ['PUBLIC_URL', undefined, 'PUBLIC_URL'],
  ['PUBLIC_URL', 'http://gateway.example.com', 'PUBLIC_URL'],
] as const) {
  test(`live mode refuses ${name} ${value === undefined ? 'missing' : `as "${value}"`}`, () => {
    assert.deepEqual(wrongOf({ ...live, [name]: value }), [refused])
  })
}
