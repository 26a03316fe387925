/**
 * The command `npm run rotate-keys`: replaces the key under which cards and secrets lie, beside the
 * gateways that serve or without any. Killed anywhere, it goes on when it is run again.
 */
import { sealedExplanations } from './api/sandbox/explanations/index.ts'
import { sealedPrivateKeys } from './api/sandbox/sandbox-merchants.ts'
import { sealedBindings } from './bindings/index.ts'
import { readConfig } from './config.ts'
import { sealedMerchantSecrets } from './merchants/index.ts'
import { migrate, openDatabase, reachEmbeddedPostgres } from './platform/database/index.ts'
import { readOrMakeRootKey } from './platform/generated-keys/index.ts'
import { type RotationEvent, rotateKeys, type SealedColumn } from './platform/key-ring/index.ts'
import { systemClock } from './primitives/clock.ts'
import { systemRandom } from './primitives/random.ts'
import { sealedCards } from './vault/index.ts'

/** Everything that lies sealed; a rotation refuses to begin where it finds another column. */
const sealedColumns: readonly SealedColumn[] = [
  sealedMerchantSecrets,
  sealedPrivateKeys,
  sealedExplanations,
  sealedCards,
  ...sealedBindings,
]

const migrations = new URL('../migrations', import.meta.url).pathname

/**
 * @throws ConfigError, EmbeddedPostgresError, DatabaseUrlError, MigrationError, RootKeyError with a
 *   message for the person who runs it
 */
export async function runRotation(
  env: Readonly<Record<string, string | undefined>>,
  output: Output,
): Promise<void> {
  const config = readConfig(env)
  const { dataDir } = config
  const embedded = config.databaseUrl
    ? undefined
    : await reachEmbeddedPostgres({ dataDir, log: () => {} })
  const server = config.databaseUrl ?? embedded?.connection
  if (server === undefined) throw new Error('no database')
  // One for its statements, and none of those that the gateways count on.
  const database = await openDatabase({ server, max: 1 })
  try {
    await migrate(database, migrations)
    const clock = systemClock()
    const random = systemRandom
    const rootKey = config.rootKey ?? (await readOrMakeRootKey(dataDir, random))
    const report = printRotation(output)
    await rotateKeys({ database, rootKey, clock, random, columns: sealedColumns, report })
  } finally {
    await database.end({ timeout: 2 })
    await embedded?.stop()
  }
}

export type Output = { readonly isTTY?: boolean; write(text: string): unknown }

/** What happens, for a person: a bar that moves on a terminal, elsewhere a line for each tenth. */
function printRotation(output: Output): (event: RotationEvent) => void {
  const line = (text: string) => output.write(`${text}\n`)
  let lastLine = ''
  const progress = ({ name, done, total }: RotationEvent & { kind: 'progress' }) => {
    const isDone = done === total
    if (output.isTTY) {
      // The end of the line is cleared: the last text may have been longer.
      output.write(`\r${bar(done, total)} ${progressOf(name, done, total)}\u001b[K`)
      if (isDone) output.write('\n')
      return
    }
    const tenth = total === 0 ? 10 : Math.floor((done / total) * 10)
    const thisLine = `${name} ${tenth}`
    if (thisLine !== lastLine) line(progressOf(name, done, total))
    lastLine = thisLine
  }
  return (event) => {
    switch (event.kind) {
      case 'started':
        return line(
          event.isResumed
            ? `A rotation that was begun before goes on: key ${event.keyId} seals.`
            : `Key ${event.keyId} seals from now on.`,
        )
      case 'waiting':
        return line(
          event.for === 'gateways'
            ? 'Waiting until every gateway knows of it.'
            : 'Waiting for a database transaction that was open before.',
        )
      case 'progress':
        return progress(event)
      case 'finished':
        return line(
          event.erased.length === 0
            ? 'Nothing was left to do.'
            : `Everything is sealed afresh; erased: key ${event.erased.join(', ')}.`,
        )
    }
  }
}

function progressOf(name: string, done: number, total: number): string {
  const number = (value: number) => value.toLocaleString('en-US')
  return total === 0 ? `${name}: none` : `${name}: ${number(done)} of ${number(total)}`
}

const barLength = 30

function bar(done: number, total: number): string {
  const filled = total === 0 ? barLength : Math.floor((done / total) * barLength)
  return `[${'#'.repeat(filled)}${'-'.repeat(barLength - filled)}]`
}
