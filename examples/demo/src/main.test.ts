import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { startStubGateway } from '@gerbang/client/testing'

const merchant = { clientId: 'MCH-0001-10791114622547', secretKey: 'SK-GerbangSandbox0001' }

test('Ctrl-C in the middle puts the notification URL back', async (t) => {
  const former = 'http://127.0.0.1:9/former'
  const settings = { notificationUrl: former }
  const gateway = await startStubGateway({
    ...merchant,
    answer: (request) => {
      if (request.path === '/sandbox/credentials') return { json: merchant }
      if (request.path === '/sandbox/merchant') {
        if (request.method === 'PATCH') Object.assign(settings, JSON.parse(request.text))
        return { json: settings }
      }
      assert.notEqual(settings.notificationUrl, former)
      demo.kill('SIGINT')
      return 'silence'
    },
  })
  t.after(() => gateway.close())
  const demo = spawn(process.execPath, [join(import.meta.dirname, 'main.ts')], {
    env: { ...process.env, GERBANG_URL: gateway.url },
  })
  const [code] = await once(demo, 'exit')
  assert.equal(code, 130)
  assert.equal(settings.notificationUrl, former)
})
