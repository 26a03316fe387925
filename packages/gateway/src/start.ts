/**
 * Starts one gateway from its settings: PostgreSQL (embedded or a server), migrations, keys, the
 * sandbox's simulators, the app, and at last the port.
 */

import { ensureSandboxMerchant } from './api/sandbox/sandbox-merchants.ts'
import { type SandboxToken, welcome } from './api/sandbox/welcome.ts'
import { createApp } from './app.ts'
import { type Config, ConfigError, readConfig, unknownSettings } from './config.ts'
import { createAcquirerSimulator } from './networks/card-acquirer/simulator/index.ts'
import { createKkiSimulator } from './networks/kki-switch/simulator/index.ts'
import { rightPassword } from './networks/three-d-secure-server/simulator/cards.ts'
import { createThreeDSecureSimulator } from './networks/three-d-secure-server/simulator/index.ts'
import { createSandboxClock } from './platform/clock/sandbox-clock.ts'
import {
  connectDatabase,
  DatabaseUrlError,
  type EmbeddedPostgres,
  EmbeddedPostgresError,
  MigrationError,
  migrate,
  openDatabase,
  startEmbeddedPostgres,
} from './platform/database/index.ts'
import { readOrMakeGatewayKeyPair, readOrMakeRootKey } from './platform/generated-keys/index.ts'
import { AddressError, assertListenable, explainListening } from './platform/http/address.ts'
import { openKeyRing, RootKeyError } from './platform/key-ring/index.ts'
import { createLog, type Log } from './platform/log/index.ts'
import { systemClock } from './primitives/clock.ts'
import { isLoopback } from './primitives/loopback.ts'
import { type Random, systemRandom } from './primitives/random.ts'

export type Gateway = { readonly log: Log; readonly url: string; stop(): Promise<void> }

const migrations = new URL('../migrations', import.meta.url).pathname
const sandboxMigrations = new URL('../migrations/sandbox', import.meta.url).pathname

/** The simulators' books are apart from the gateway's: own connections, few of them. */
const simulatorConnections = 3

/**
 * @throws ConfigError, AddressError, EmbeddedPostgresError, DatabaseUrlError, MigrationError,
 *   RootKeyError with a message for the person who starts
 */
export async function startGateway(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Promise<Gateway> {
  const config = readConfig(env, isTerminal)
  if (config.mode === 'live') {
    throw new ConfigError([
      'GERBANG_MODE: live mode needs an acquirer connector, and this version has only simulators',
    ])
  }
  const log = createLog({ level: config.logLevel, forPeople: config.logForPeople })
  for (const { name, nearest } of unknownSettings(env)) {
    const meant = nearest === undefined ? '' : `; did you mean ${nearest}?`
    log.warn({ setting: name }, `there is no setting ${name}${meant}`)
  }
  await assertListenable(config)
  const embedded = config.databaseUrl === undefined ? await startEmbedded(config, log) : undefined
  const server = config.databaseUrl ?? embedded?.connection
  if (server === undefined) throw new Error('no database')
  const closers: (() => Promise<unknown>)[] = embedded ? [() => embedded.stop()] : []
  try {
    const max = config.databaseConnections
    const database = await openDatabase({ server, max })
    closers.unshift(() => database.end({ timeout: 2 }))
    const simulatorDatabase = connectDatabase({ server, max: Math.min(max, simulatorConnections) })
    closers.unshift(() => simulatorDatabase.end({ timeout: 2 }))
    await migrate(database, migrations)
    await migrate(database, sandboxMigrations, { appliedTable: 'sandbox_migrations' })

    const random = systemRandom
    const rootKey = config.rootKey ?? (await readOrMakeRootKey(config.dataDir, random))
    const gatewayKeys = await readOrMakeGatewayKeyPair(config.dataDir, random)
    const keyRing = await openKeyRing({ database, rootKey, clock: systemClock(), random })
    const clock = await createSandboxClock(database, random)
    const simulators = { database: simulatorDatabase, clock, random }
    const acquirerSimulator = createAcquirerSimulator(simulators)
    const kkiSimulator = createKkiSimulator({ ...simulators, keyRing })
    const token = sandboxToken(config, random)
    let url = config.publicUrl ?? ''
    const app = await createApp({
      config,
      database,
      keyRing,
      clock,
      random,
      log,
      gatewayKeys,
      acquirers: acquirerSimulator.acquirer,
      kkiSwitch: kkiSimulator.kkiSwitch,
      threeDSecureServer: createThreeDSecureSimulator(simulators),
      sandbox: {
        clock,
        acquirerSimulator,
        kkiSimulator,
        token: token?.value,
        testPassword: rightPassword,
      },
      publicUrl: () => url,
    })
    closers.unshift(
      () => app.close(),
      async () => clock.stop(),
    )
    const merchant = await ensureSandboxMerchant(app.sandboxMerchants)
    const { host, port } = config
    const address = await app.server.listen({ host, port }).catch((error) => {
      throw explainListening(error, config)
    })
    url ||= address
    app.jobs.start()
    let isStopping = false
    void embedded?.exited.then((exit) => {
      if (isStopping) return
      log.fatal({ exit }, 'PostgreSQL stopped by itself')
      process.exit(1)
    })
    const text = welcome({
      url,
      merchant,
      token,
      dataDir: embedded && config.dataDir,
      kafka: config.kafka,
      clock,
      needsPublicUrl: config.publicUrl === undefined && !isLoopback(host),
    })
    process.stdout.write(`${text}\n`)
    const stop = () => {
      isStopping = true
      return inOrder(closers)
    }
    return { log, url, stop }
  } catch (error) {
    await inOrder(closers).catch(() => {})
    throw error
  }
}

/** A message for a person instead of a stack; everything else is a defect and crashes. */
export function configError(error: unknown): never {
  const isForPeople =
    error instanceof ConfigError ||
    error instanceof AddressError ||
    error instanceof DatabaseUrlError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof MigrationError ||
    error instanceof RootKeyError
  if (!isForPeople) throw error
  process.stderr.write(`\n${(error as Error).message}\n\n`)
  process.exit(1)
}

/** What /sandbox wants: the token that was set, or one for this start where others can reach it. */
function sandboxToken(config: Config, random: Random): SandboxToken | undefined {
  if (config.sandboxToken) {
    return { value: config.sandboxToken.reveal((value) => value), isSet: true }
  }
  if (isLoopback(config.host)) return undefined
  return { value: random.bytes(16).toString('hex'), isSet: false }
}

function startEmbedded(config: Config, log: Log): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    dataDir: config.dataDir,
    log: (line) => log.debug({ postgres: line }, 'postgres'),
  })
}

async function inOrder(closers: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const close of closers) await close()
}
