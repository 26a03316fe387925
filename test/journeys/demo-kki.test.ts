/** `npm run demo -- kki` against a whole gateway, also where answers are spoilt on the way. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { runKkiDemo } from '@gerbang/example-demo/kki'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 5_000 } })
const cpans = ['9360001609987000000', '9360000812345678901']
for (const cpan of cpans) noteSecret('card-number', cpan)
noteSecret('password', '123456')

async function tell(gatewayUrl: string): Promise<string> {
  const lines: string[] = []
  await runKkiDemo({ gatewayUrl, print: (line) => lines.push(line) })
  return lines.join('\n')
}

const urls = async () => {
  const { snapTokenUrl, snapNotificationUrl } = (await control(world, 'GET', '/sandbox/merchant'))
    .body
  return { snapTokenUrl, snapNotificationUrl }
}

test('the demo tells the life of a KKI card over real HTTP and leaves the settings as they were', async () => {
  const story = await tell(world.url)
  for (const words of [
    '/authorization/v1/access-token/b2b',
    '"responseCode": "2000400"',
    'POST /snap/token from the gateway',
    '"responseCode": "2025400"',
    '/issuer-app',
    '303 Location',
    '"refundStatus": "00"',
    'kki.card.unbound',
    'every notification verified',
  ]) {
    assert.ok(story.includes(words), `the story tells ${words}`)
  }
  const secrets = [...cpans, '"123456"', 'SK-Gerbang', 'PRIVATE KEY']
  for (const secret of secrets) assert.ok(!story.includes(secret), `the story shows no ${secret}`)
  assert.deepEqual(await urls(), { snapTokenUrl: null, snapNotificationUrl: null })
})

/** A gateway whose answers are changed on the way. */
async function spoilt(t: TestContext, change: (answer: string, path: string) => string) {
  const proxy = createServer(async (request, response) => {
    const { method = 'GET', url = '', headers } = request
    const { host, connection, ...sent } = headers
    const answer = await fetch(world.url + url, {
      method,
      headers: sent as Record<string, string>,
      ...(method === 'GET' ? {} : { body: await buffer(request) }),
      redirect: 'manual',
    })
    const location = answer.headers.get('location')
    response.writeHead(answer.status, {
      'Content-Type': answer.headers.get('content-type') ?? '',
      ...(location && { Location: location }),
    })
    response.end(change(await answer.text(), url))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

const wrongSteps: [string, { at: string; from: RegExp | string; to: string }, RegExp][] = [
  [
    'a binding without its token',
    { at: '/otp-verification', from: /,"bankCardToken":"\w+"/, to: '' },
    /bankCardToken.*to be there.*nothing/s,
  ],
  [
    'a payment that is not decided',
    { at: '/payment-host-to-host', from: '2005400', to: '2025400' },
    /responseCode.*2005400.*2025400/s,
  ],
  [
    'a status of another payment state',
    {
      at: '/debit/status',
      from: '"latestTransactionStatus":"03"',
      to: '"latestTransactionStatus":"00"',
    },
    /latestTransactionStatus.*03.*00/s,
  ],
  [
    'an unbinding that is done at once',
    { at: '/registration-card-unbind', from: 'PENDING', to: 'SUCCESS' },
    /additionalInfo.status.*PENDING.*SUCCESS/s,
  ],
]
for (const [name, { at, from, to }, message] of wrongSteps) {
  test(`${name} ends the story with a plain message, and the settings are put back`, async (t) => {
    const gatewayUrl = await spoilt(t, (answer, path) =>
      path.endsWith(at) ? answer.replace(from, to) : answer,
    )
    await assert.rejects(tell(gatewayUrl), { name: 'WrongStep', message })
    assert.deepEqual(await urls(), { snapTokenUrl: null, snapNotificationUrl: null })
  })
}

test('a notification of somebody else ends the story', async (t) => {
  const gatewayUrl = await spoilt(t, (answer, path) => {
    if (path.endsWith('/otp-verification')) void forge()
    return answer
  })
  await assert.rejects(tell(gatewayUrl), { name: 'WrongStep', message: /wrong-token/ })
})

async function forge(): Promise<void> {
  const { snapNotificationUrl } = await urls()
  const names = ['Authorization', 'X-PARTNER-ID', 'X-EXTERNAL-ID', 'X-TIMESTAMP', 'X-SIGNATURE']
  const headers = Object.fromEntries(names.map((name) => [name, 'MCH-0001-10791114622547']))
  await fetch(snapNotificationUrl, { method: 'POST', headers, body: '{}' })
}

test('where no gateway runs, the reader is told how to start one', async () => {
  await assert.rejects(tell('http://127.0.0.1:9'), { name: 'NoGateway', message: /npm start/ })
})
