/**
 * A copy of the PostgreSQL programs, about 60 MB, that other accounts can read but only we can
 * change.
 */
import { createHash } from 'node:crypto'
import { type Dirent, lstatSync, readdirSync } from 'node:fs'
import { chmod, copyFile, mkdir, mkdtemp, readlink, rename, rm, symlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { EmbeddedPostgresError, hasCode } from './embedded-postgres-error.ts'
import { type ServerAccount, temporaryFolder } from './server-account.ts'

export type Binaries = { readonly folder: string; readonly version: string }

export async function copyBinaries(
  { folder, version }: Binaries,
  account: ServerAccount | undefined,
): Promise<string> {
  const inventory = takeInventory(folder)
  // Named by its content, so that projects share it; the uid keeps a user's copy apart from root's.
  const hash = createHash('sha256').update(`${process.getuid?.()}\n${inventory}`).digest('hex')
  const temporary = temporaryFolder(account)
  const copy = join(temporary, `gerbang-postgres-${version}-${hash.slice(0, 12)}`)
  const isComplete = () => isOurs(copy) && takeInventory(copy) === inventory
  // More than once only when several gateways find an incomplete copy at the same moment.
  for (let attempt = 0; attempt < 3 && !isComplete(); attempt++) {
    const draft = await mkdtemp(join(temporary, 'gerbang-postgres-copy-'))
    try {
      await copyTree(folder, draft)
      if (isComplete()) break
      // Cleaners of temporary folders delete what was not read for ten days.
      await rename(copy, join(draft, 'incomplete')).catch(unless('ENOENT'))
      // Another gateway may have been faster; its copy is checked like any other.
      await rename(draft, copy).catch(unless('ENOTEMPTY', 'EEXIST'))
      await rm(join(copy, 'incomplete'), { recursive: true, force: true })
    } finally {
      await rm(draft, { recursive: true, force: true })
    }
  }
  if (isComplete()) return copy
  throw new EmbeddedPostgresError(
    'failed_to_start',
    `The copy of PostgreSQL in ${copy} is incomplete and cannot be replaced.`,
  )
}

/** Everyone can make names in /tmp; what someone else made is never run. */
function isOurs(copy: string): boolean {
  const found = lstatSync(copy, { throwIfNoEntry: false })
  if (found === undefined) return false
  if (found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0) {
    return true
  }
  throw new EmbeddedPostgresError(
    'failed_to_start',
    `${copy} should be the gateway's own copy of PostgreSQL, but someone else made it. ` +
      'Remove it, or set TMPDIR.',
  )
}

/** Names and sizes of all files; without links, which the original may lack. */
function takeInventory(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => pathOf(entry))
    .map((path) => `${relative(folder, path)} ${lstatSync(path).size}`)
    .sort()
    .join('\n')
}

async function copyTree(from: string, to: string) {
  await chmod(to, 0o755)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const target = join(to, entry.name)
    if (entry.isDirectory()) {
      await mkdir(target)
      await copyTree(pathOf(entry), target)
    } else if (entry.isSymbolicLink()) {
      await symlink(await readlink(pathOf(entry)), target)
    } else {
      await copyFile(pathOf(entry), target)
      const isProgram = (lstatSync(pathOf(entry)).mode & 0o100) !== 0
      await chmod(target, isProgram ? 0o755 : 0o644)
    }
  }
}

function pathOf(entry: Dirent): string {
  return join(entry.parentPath, entry.name)
}

function unless(...codes: readonly string[]) {
  return (error: unknown) => {
    if (!hasCode(error, ...codes)) throw error
  }
}
