/** The receiver of the guide (docs/guides/notifications.md), run as it stands there. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { createListeningWorld } from '../../harness/listening.ts'
import { sandboxSnapMerchant } from '../../harness/snap.ts'
import { control } from '../../harness/world.ts'
import { changeSettings } from '../calls.ts'
import { payBody, served } from './calls.ts'

const world = await createListeningWorld()
const merchant = { world, ...(await sandboxSnapMerchant(world)) }

test('the receiver of the guide hands out a token and takes what it is told', async () => {
  const guide = new URL('../../../docs/guides/notifications.md', import.meta.url)
  const [, source = ''] = /```js\n([\s\S]+?)```/.exec(readFileSync(guide, 'utf8')) ?? []
  const file = join(mkdtempSync(join(tmpdir(), 'gerbang-guide-')), 'receive.mjs')
  writeFileSync(file, source)
  const port = await freePort()
  const child = spawn(process.execPath, [file], {
    env: { GATEWAY: world.url, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  after(() => child.kill())
  const lines: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line))
  const url = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(url).catch(() => undefined)) !== undefined)

  await changeSettings(world, {
    snapTokenUrl: `${url}/snap/token`,
    snapNotificationUrl: `${url}/snap/notify`,
  })
  const body = payBody()
  await served(merchant, 'pay', body)
  await until(async () => lines.length > 0)
  const [line = ''] = lines
  assert.equal(JSON.parse(line).originalPartnerReferenceNo, body.partnerReferenceNo)
  const path = `/sandbox/notifications?partnerReferenceNo=${body.partnerReferenceNo}`
  await until(async () => {
    const [{ status }] = (await control(world, 'GET', path)).body.notifications
    return status === 'delivered'
  })
})

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 15_000
  while (!(await isSo())) {
    assert.ok(Date.now() < end, 'it did not become so in 15 s')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
