/** Starts that go wrong, as a person at a terminal sees them: one sentence that helps, no stack. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdtempSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { NotStarted, startProcess } from '../harness/process.ts'

const newFolder = () => mkdtempSync(join(tmpdir(), 'gerbang-starting-'))

async function refusedStart(env: Record<string, string>): Promise<string> {
  try {
    const gateway = await startProcess({ GERBANG_DATA_DIR: newFolder(), ...env })
    await gateway.end('SIGTERM')
  } catch (error) {
    assert.ok(error instanceof NotStarted)
    assert.match(error.message, /^exit 1: /)
    assert.doesNotMatch(error.message, /\n {4}at /, 'no stack')
    return error.message
  }
  return assert.fail('it started')
}

test('a taken port is told before a database is made', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const folder = newFolder()
  const text = await refusedStart({ PORT: String(port), GERBANG_DATA_DIR: folder })
  assert.match(text, new RegExp(`Port ${port} is taken: start with PORT=\\d+ npm start`))
  assert.equal(existsSync(join(folder, 'postgres')), false)
})

test('a HOST of another machine is told before a database is made', async () => {
  const folder = newFolder()
  const text = await refusedStart({ HOST: '192.0.2.1', GERBANG_DATA_DIR: folder })
  assert.match(text, /HOST=192\.0\.2\.1 is no address of this machine/)
  assert.equal(existsSync(join(folder, 'postgres')), false)
})

test('a database that cannot be reached is told without its password', async () => {
  const text = await refusedStart({ DATABASE_URL: 'postgres://app:hunter2@127.0.0.1:1/gerbang' })
  assert.match(text, /DATABASE_URL: 127\.0\.0\.1:1 .* cannot be used: nothing listens there/)
  assert.doesNotMatch(text, /hunter2/)
})

test('a setting that nobody reads is warned of, with the one that was meant', async () => {
  const text = await refusedStart({
    GERBANG_SANDBOX_HOST: 'gerbang',
    DATABASE_URL: 'postgres://127.0.0.1:1/gerbang',
  })
  assert.match(text, /"level":"warn".*no setting GERBANG_SANDBOX_HOST; did you mean \w+_HOSTS\?/)
})
