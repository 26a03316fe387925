/**
 * PostgreSQL refuses to run as root. A gateway started as root therefore runs it as the owner of
 * the existing data, or else as nobody; an ordinary user runs it as himself (`undefined`).
 */
import { accessSync, constants, readFileSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.ts'

export type ServerAccount = { readonly uid: number; readonly gid: number }

export function serverAccount(cluster: string): ServerAccount | undefined {
  const owner = statSync(cluster, { throwIfNoEntry: false })
  if (process.getuid?.() !== 0) {
    if (owner === undefined || owner.uid === process.getuid?.()) return undefined
    throw new EmbeddedPostgresError(
      'data_folder_not_usable',
      `The database in ${cluster} belongs to another user (uid ${owner.uid}). Start the ` +
        'gateway as that user or as root, or set another GERBANG_DATA_DIR.',
    )
  }
  if (process.platform !== 'linux') {
    throw new EmbeddedPostgresError(
      'unsupported_platform',
      'As root the embedded database runs on Linux only. Start the gateway as an ordinary ' +
        'user, or set DATABASE_URL.',
    )
  }
  return owner !== undefined && owner.uid !== 0 ? { uid: owner.uid, gid: owner.gid } : nobody()
}

/**
 * Whether the account may read this file where it is: every parent passable, the file readable by
 * others.
 */
export function canRead(file: string, account: ServerAccount | undefined): boolean {
  if (account === undefined) return true
  const path = realpathSync(file)
  return (statSync(path).mode & 0o004) !== 0 && isPassable(dirname(path))
}

/**
 * A temporary folder that both we and the account can use. The length leaves room for a socket
 * below it: the kernel takes 107 bytes (macOS 103), and 30 go to our own names.
 */
export function temporaryFolder(account: ServerAccount | undefined): string {
  const found = [tmpdir(), '/tmp', '/var/tmp'].find(
    (folder) =>
      Buffer.byteLength(folder) <= 73 &&
      isWritable(folder) &&
      (account === undefined || isPassable(realpathSync(folder))),
  )
  if (found !== undefined) return found
  throw new EmbeddedPostgresError(
    'failed_to_start',
    `No usable temporary folder: ${tmpdir()}, /tmp and /var/tmp are not writable, too long, ` +
      'or closed to others.',
  )
}

function nobody(): ServerAccount {
  const [, uid, gid] = /^nobody:[^:]*:(\d+):(\d+):/m.exec(readPasswd()) ?? []
  return uid === undefined ? { uid: 65534, gid: 65534 } : { uid: Number(uid), gid: Number(gid) }
}

function readPasswd(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}

function isPassable(folder: string): boolean {
  const parent = dirname(folder)
  return (statSync(folder).mode & 0o001) !== 0 && (parent === folder || isPassable(parent))
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
    return true
  } catch {
    return false
  }
}
