import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { lockFolder } from './folder-lock.ts'
import { processStart, UNKNOWN_START } from './process-identity.ts'

const PID_MAX = 4_194_304 // of Linux on 64 bits; no process has it

test('a held lock names the folder, the process and what to do', async (t) => {
  const folder = temporaryFolder(t)
  const lock = await lockFolder(folder)
  await assert.rejects(lockFolder(folder), (error: Error & { reason: string }) => {
    assert.equal(error.reason, 'data_folder_in_use')
    assert.ok(error.message.includes(folder))
    assert.ok(error.message.includes(`process ${process.pid}`))
    assert.match(error.message, /GERBANG_DATA_DIR.*DATABASE_URL.*PORT/)
    return true
  })
  lock.release()
  assert.deepEqual(readdirSync(folder), [])
})

const stale: Record<string, string> = {
  'of a dead process': `${PID_MAX} 12345\n`,
  'of a dead process on a system without start times': `${PID_MAX} ${UNKNOWN_START}\n`,
  'of a process whose pid was given to another': `${process.pid} 1\n`,
  'that is empty because the disk was full': '',
  'that names a process group': '0 0\n',
  'that is not ours': 'hello\n',
}
for (const [which, text] of Object.entries(stale)) {
  test(`a lock ${which} is taken over`, async (t) => {
    if (process.platform !== 'linux' && which.includes('given to another')) {
      t.skip('only Linux tells the start time')
      return
    }
    const folder = temporaryFolder(t)
    writeFileSync(join(folder, 'gateway.lock'), text)
    const lock = await lockFolder(folder)
    assert.equal(readFileSync(join(folder, 'gateway.lock'), 'utf8'), textOf(process.pid))
    lock.release()
    assert.deepEqual(readdirSync(folder), [])
  })
}

test('a takeover that was killed half-way is taken over in its turn', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'gateway.lock'), `${PID_MAX} 1\n`)
  writeFileSync(join(folder, 'gateway.lock.takeover'), `${PID_MAX} 2\n`)
  writeFileSync(join(folder, 'gateway.lock.takeover.takeover'), `${PID_MAX} 3\n`)
  const lock = await lockFolder(folder)
  lock.release()
  assert.deepEqual(readdirSync(folder), [])
})

test('a released lock that someone else holds by now stays', async (t) => {
  const folder = temporaryFolder(t)
  const lock = await lockFolder(folder)
  writeFileSync(join(folder, 'gateway.lock'), textOf(process.ppid))
  lock.release()
  assert.ok(existsSync(join(folder, 'gateway.lock')))
})

test('of eight starters on a stale lock exactly one wins', async (t) => {
  const folder = temporaryFolder(t)
  for (let round = 0; round < 3; round++) {
    writeFileSync(join(folder, 'gateway.lock'), `${PID_MAX} ${round}\n`)
    const starters = Array.from({ length: 8 }, () => starter(folder))
    const answers = await Promise.all(starters.map((each) => each.answer))
    assert.equal(answers.filter((answer) => answer === 'won').length, 1, answers.join())
    assert.equal(answers.filter((answer) => answer === 'data_folder_in_use').length, 7)
    await Promise.all(starters.map((each) => each.end()))
  }
})

function starter(folder: string) {
  const module = JSON.stringify(join(import.meta.dirname, 'folder-lock.ts'))
  const script = `
    const { lockFolder } = await import(${module})
    const locking = lockFolder(${JSON.stringify(folder)})
    process.stdout.write(await locking.then(() => 'won', (error) => error.reason ?? String(error)))
    process.stdin.resume()`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  return {
    answer: once(child.stdout, 'data').then(([data]) => String(data)),
    async end() {
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    },
  }
}

function textOf(pid: number): string {
  return `${pid} ${processStart(pid)}\n`
}

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-test-'))
  t.after(() => rmSync(folder, { recursive: true }))
  return folder
}
