/** As in a container or CI: listening for others, with settings and nothing printed to copy. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { openShop } from '../../examples/shop/src/open-shop.ts'
import { startCuttableProxy } from '../harness/cuttable-proxy.ts'
import { createTestDatabase } from '../harness/database.ts'
import { startProcess } from '../harness/process.ts'
import { noteSecret } from '../harness/world.ts'

const token = 'ci-token-0123456789'
const testDatabase = await createTestDatabase()
after(() => testDatabase.drop())
const { databaseUrl } = await startCuttableProxy(testDatabase)
const gateway = await startProcess({
  HOST: '0.0.0.0',
  DATABASE_URL: databaseUrl,
  GERBANG_DATA_DIR: mkdtempSync(join(tmpdir(), 'gerbang-container-')),
  GERBANG_SANDBOX_TOKEN: token,
})
noteSecret('password', '123456')

async function demo(env: Record<string, string>): Promise<{ code: number; text: string }> {
  const child = spawn(process.execPath, ['examples/demo/src/main.ts'], {
    env: { ...process.env, GERBANG_URL: gateway.url, ...env },
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  const [code] = await once(child, 'close')
  return { code, text }
}

const shop = (sandboxToken: string | undefined) =>
  openShop({
    gatewayUrl: gateway.url,
    port: 0,
    shopUrl: undefined,
    credentials: undefined,
    sandboxToken,
  })

test('the banner advises PUBLIC_URL and does not print the token that was set', () => {
  assert.match(gateway.output(), /set PUBLIC_URL to the URL under which/)
  assert.match(gateway.output(), /Authorization: Bearer \$GERBANG_SANDBOX_TOKEN/)
  assert.ok(!gateway.output().includes(token))
})

test('the demo pays with the token, and without it says which setting is missing', async () => {
  const told = await demo({})
  assert.equal(told.code, 1)
  assert.match(told.text, /wants its token: set GERBANG_SANDBOX_TOKEN/)
  const { code, text } = await demo({ GERBANG_SANDBOX_TOKEN: token })
  assert.equal(code, 0, text)
})

test('the shop opens with the token, and without it says which setting is missing', async () => {
  await assert.rejects(shop(undefined), /wants its token: set GERBANG_SANDBOX_TOKEN/)
  await (await shop(token)).close()
})

test('another host name may not call /sandbox, and is told the setting that lets it', async () => {
  // Not by fetch, which sets the Host itself.
  const headers = { Host: 'gerbang:8080', Authorization: `Bearer ${token}` }
  const sent = request(`${gateway.url}/sandbox/clock`, { headers }).end()
  const [answer] = await once(sent, 'response')
  const { error } = JSON.parse(String((await answer.toArray()).join('')))
  assert.equal(answer.statusCode, 403)
  assert.match(error.message, /GERBANG_SANDBOX_HOSTS/)
})
