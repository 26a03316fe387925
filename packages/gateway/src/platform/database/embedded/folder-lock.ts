/**
 * One gateway per data folder. The lock is a file naming the holder's pid and start time, so that
 * it needs no release: it is stale as soon as that process is gone, even when its pid has been
 * given to another.
 *
 * A lock appears complete (written aside, then linked to its name) and is replaced only by a
 * process that holds a second lock, made in the same way, and has read the stale text again under
 * it. So of any number of starters exactly one wins, wherever one of them is killed.
 */
import {
  constants,
  copyFileSync,
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError, hasCode } from './embedded-postgres-error.ts'
import { processStart, UNKNOWN_START } from './process-identity.ts'

export type FolderLock = { release(): void }

export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, 'gateway.lock')
  await claim(path, (pid) => {
    throw new EmbeddedPostgresError(
      'data_folder_in_use',
      `The data folder ${folder} is in use by another gateway (process ${pid}). Stop that ` +
        'one, or start this one with another GERBANG_DATA_DIR (or a DATABASE_URL) and another ' +
        'PORT.',
    )
  })
  return { release: () => release(path) }
}

async function claim(path: string, whenHeld: (pid: number) => void | Promise<void>) {
  const draft = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`
  writeFileSync(draft, lockText(), { mode: 0o600 })
  try {
    for (;;) {
      if (appear(draft, path)) return
      const found = readLock(path)
      if (found === undefined) continue
      const holder = livingHolder(found)
      if (holder !== undefined) await whenHeld(holder)
      else if (await replaceStale({ path, draft, found })) return
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

async function replaceStale(lock: { path: string; draft: string; found: string }) {
  const guard = `${lock.path}.takeover`
  // Held for the two calls below, so 5 ms is long; a holder that was killed there is replaced
  // likewise.
  await claim(guard, () => sleep(5))
  try {
    if (readLock(lock.path) !== lock.found) return false
    renameSync(lock.draft, lock.path)
    return true
  } finally {
    release(guard)
  }
}

function appear(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS')) throw error
  }
  // Some shared folders of virtual machines have no hard links: exclusive, though not complete at
  // once.
  try {
    copyFileSync(draft, path, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

function release(path: string) {
  if (readLock(path) === lockText()) rmSync(path, { force: true })
}

function lockText(): string {
  return `${process.pid} ${processStart(process.pid) ?? UNKNOWN_START}\n`
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function livingHolder(text: string): number | undefined {
  const [, pid, since] = /^(\d+) (\S+)\n$/.exec(text) ?? []
  const start = processStart(Number(pid))
  if (start === undefined) return undefined
  return since === start || since === UNKNOWN_START || start === UNKNOWN_START
    ? Number(pid)
    : undefined
}
