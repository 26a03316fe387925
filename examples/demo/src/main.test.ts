import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { startStubGateway } from '@gerbang/client/testing'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-GerbangSandbox0001' }

const main = join(import.meta.dirname, 'main.ts')
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const credentials = {
  ...merchant,
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  gatewayPublicKey: publicKey.export({ type: 'spki', format: 'pem' }),
}

for (const [story, words, name] of [
  ['of a card', [], 'notificationUrl'],
  ['of KKI', ['kki'], 'snapNotificationUrl'],
] as const) {
  test(`Ctrl-C in the middle of the story ${story} puts the notification URL back`, async (t) => {
    const former = 'http://127.0.0.1:9/former'
    const settings: Record<string, unknown> = { [name]: former, snapTokenUrl: null }
    const gateway = await startStubGateway({
      ...merchant,
      answer: (request) => {
        if (request.path === '/sandbox/credentials') return { json: credentials }
        if (request.path === '/sandbox/clock') return { json: { now: '', offsetMs: 0 } }
        if (request.path === '/sandbox/merchant') {
          if (request.method === 'PATCH') Object.assign(settings, JSON.parse(request.text))
          return { json: settings }
        }
        assert.notEqual(settings[name], former)
        demo.kill('SIGINT')
        return 'silence'
      },
    })
    t.after(() => gateway.close())
    const demo = spawn(process.execPath, [main, ...words], {
      env: { ...process.env, GERBANG_URL: gateway.url },
    })
    const [code] = await once(demo, 'exit')
    assert.equal(code, 130)
    assert.deepEqual(settings, { [name]: former, snapTokenUrl: null })
  })
}

for (const words of [['kkk'], ['kki', 'cards'], ['--help']]) {
  test(`asked for the demo "${words.join(' ')}", it says which there are`, async () => {
    const demo = spawn(process.execPath, [main, ...words])
    const [said, [code]] = await Promise.all([text(demo.stderr), once(demo, 'exit')])
    assert.equal(code, 1)
    assert.ok(said.includes(`no demo "${words.join(' ')}"`), said)
    assert.match(said, /npm run demo -- kki/)
  })
}
