/**
 * The folder with the data (PostgreSQL calls it a cluster) and the password of its only user. It is
 * made aside and renamed when complete, so a start that is killed half-way leaves nothing that the
 * next start takes for data.
 */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { chown, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spawnProgram } from './binaries.ts'
import type { Binaries } from './copied-binaries.ts'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'
import { lastLines } from './log-lines.ts'
import type { ServerAccount } from './server-account.ts'

export const USERNAME = 'gerbang'

export type ClusterOptions = {
  readonly dataDir: string
  readonly binaries: Binaries
  readonly account: ServerAccount | undefined
  /** A private folder that the account can reach; initdb reads the password from a file there. */
  readonly scratch: string
  readonly log: (line: string) => void
}

export type Cluster = { readonly folder: string; readonly password: string }

export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'postgres')
}

export function passwordFileOf(dataDir: string): string {
  return join(dataDir, 'postgres-password')
}

export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const folder = clusterFolder(options.dataDir)
  const passwordFile = passwordFileOf(options.dataDir)
  await removeDrafts(options.dataDir)
  if (isMissing(folder)) {
    // Before the data: data without its password would be lost, a password without data is
    // replaced.
    const password = randomBytes(24).toString('base64url')
    await writeDurably(passwordFile, password)
    await makeCluster(folder, password, options)
    return { folder, password }
  }
  checkVersion(folder, options.binaries)
  if (!existsSync(passwordFile)) {
    throw new EmbeddedPostgresError(
      'data_folder_not_usable',
      `${passwordFile} is missing, so the database beside it cannot be opened. Restore the ` +
        'file, or set another GERBANG_DATA_DIR.',
    )
  }
  return { folder, password: readFileSync(passwordFile, 'utf8').trim() }
}

async function makeCluster(folder: string, password: string, options: ClusterOptions) {
  const { account, scratch } = options
  const draft = await mkdtemp(`${folder}.new-`)
  const passwordFile = join(scratch, 'password')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (account !== undefined) {
    await chown(draft, account.uid, account.gid)
    await chown(passwordFile, account.uid, account.gid)
  }
  try {
    await runInitdb(draft, passwordFile, options)
    // Onto an empty folder too: someone may have made it as a mount point's child.
    await rename(draft, folder)
    syncFolder(options.dataDir)
  } finally {
    await rm(passwordFile, { force: true })
    await rm(draft, { recursive: true, force: true })
  }
}

async function runInitdb(draft: string, passwordFile: string, options: ClusterOptions) {
  const initdb = spawnProgram({
    path: join(options.binaries.folder, 'bin/initdb'),
    // initdb syncs the whole folder when it is done; without that it takes as long (0.4-0.7 s, 2
    // cores).
    arguments: [
      ...['-U', USERNAME, '-E', 'UTF8', '--locale=C', '--auth=scram-sha-256'],
      ...[`--pwfile=${passwordFile}`, '--no-instructions'],
    ],
    cluster: draft,
    account: options.account,
  })
  const lines = lastLines(initdb.stderr, options.log)
  const [code, signal] = await once(initdb, 'exit').catch((error) => {
    throw new EmbeddedPostgresError('failed_to_start', `initdb does not run: ${error.message}`)
  })
  if (code === 0) return
  throw new EmbeddedPostgresError(
    'failed_to_start',
    `initdb failed (${signal ?? `exit code ${code}`}):\n${await lines()}`,
  )
}

function isMissing(folder: string): boolean {
  return !existsSync(folder) || readdirSync(folder).length === 0
}

function checkVersion(folder: string, binaries: Binaries) {
  const versionFile = join(folder, 'PG_VERSION')
  const found = existsSync(versionFile) ? readFileSync(versionFile, 'utf8').trim() : undefined
  const [ours] = binaries.version.split('.')
  if (found === ours) return
  throw found === undefined
    ? new EmbeddedPostgresError(
        'data_folder_not_usable',
        `${folder} holds files, but no PostgreSQL data. Set another GERBANG_DATA_DIR.`,
      )
    : new EmbeddedPostgresError(
        'other_major_version',
        `${folder} was made by PostgreSQL ${found}; this gateway brings PostgreSQL ${ours}. ` +
          'Dump the data with the former gateway and restore it into a new GERBANG_DATA_DIR, ' +
          'or set DATABASE_URL.',
      )
}

async function removeDrafts(dataDir: string) {
  const drafts = readdirSync(dataDir).filter((name) => name.startsWith('postgres.new-'))
  for (const name of drafts) {
    // An initdb whose gateway was killed may still be writing there; the next start removes the
    // rest.
    await rm(join(dataDir, name), {
      recursive: true,
      force: true,
      // An initdb that outlived a killed gateway may still be writing: ENOTEMPTY, until it ends.
      maxRetries: 10,
      retryDelay: 50,
    }).catch(() => {})
  }
}

async function writeDurably(file: string, text: string) {
  await writeFile(`${file}.new`, text, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

function syncFolder(folder: string) {
  const descriptor = openSync(folder, 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}
