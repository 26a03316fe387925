import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { findBinaries, linkLibraries } from './binaries.ts'
import { copyBinaries } from './copied-binaries.ts'
import { canRead } from './server-account.ts'

const stranger = { uid: 65534, gid: 65534 }

test('a platform without a package is told to use DATABASE_URL', () => {
  for (const platform of ['win32-x64', 'linux-riscv64']) {
    assert.throws(() => findBinaries(platform), {
      reason: 'unsupported_platform',
      message: /DATABASE_URL/,
    })
  }
})

test('missing links between the libraries are made, and made once', (t) => {
  const folder = programs(t)
  assert.ok(linkLibraries(folder))
  assert.ok(linkLibraries(folder))
  assert.equal(readlinkSync(join(folder, 'lib/libpq.so.5')), 'libpq.so.5.18')
  assert.equal(readFileSync(join(folder, 'lib/libpq.so.5'), 'utf8'), 'library')
})

test('programs in a closed folder are copied once to where others can read them', async (t) => {
  const folder = programs(t)
  assert.ok(!canRead(join(folder, 'bin/postgres'), stranger))
  const version = `0.0.0-test${process.pid}`
  const [copy, same] = await Promise.all([
    copyBinaries({ folder, version }, stranger),
    copyBinaries({ folder, version }, stranger),
  ])
  t.after(() => rmSync(copy, { recursive: true }))
  assert.equal(copy, same)
  assert.ok(canRead(join(copy, 'bin/postgres'), stranger))
  assert.equal(statSync(join(copy, 'bin/postgres')).mode & 0o777, 0o755)

  const made = statSync(copy).ino
  assert.equal(await copyBinaries({ folder, version }, stranger), copy)
  assert.equal(statSync(copy).ino, made, 'a complete copy is used again')
  rmSync(join(copy, 'lib/libpq.so.5.18'))
  await copyBinaries({ folder, version }, stranger)
  assert.ok(canRead(join(copy, 'lib/libpq.so.5.18'), stranger), 'an incomplete one is replaced')
})

test('a copy that others can change is not used', async (t) => {
  const folder = programs(t)
  const version = `0.0.0-unsafe${process.pid}`
  const copy = await copyBinaries({ folder, version }, stranger)
  t.after(() => rmSync(copy, { recursive: true }))
  chmodSync(copy, 0o777)
  await assert.rejects(copyBinaries({ folder, version }, stranger), /someone else made it/)
})

/** A small stand-in for the package, closed to others as by an install under umask 077. */
function programs(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  for (const name of ['bin', 'lib', 'share']) mkdirSync(join(folder, name), { mode: 0o700 })
  writeFileSync(join(folder, 'bin/postgres'), 'program', { mode: 0o700 })
  writeFileSync(join(folder, 'lib/libpq.so.5.18'), 'library', { mode: 0o600 })
  const links = [{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]
  writeFileSync(join(folder, 'pg-symlinks.json'), JSON.stringify(links))
  return folder
}
