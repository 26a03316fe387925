/** What a newcomer reads first: where the sandbox is, who they are, and a first request. */
import type { Merchant } from '../../merchants/index.ts'

export function printWelcome(welcome: {
  readonly url: string
  readonly merchant: Merchant
  readonly token: string | undefined
  /** Of the embedded PostgreSQL. */
  readonly dataDir: string | undefined
}): void {
  const { url, merchant, token, dataDir } = welcome
  const secretKey = merchant.secretKey.reveal((secret) => secret)
  const lines = [
    '',
    `  Gerbang sandbox is ready at ${url}`,
    '',
    `  Client-Id    ${merchant.clientId}`,
    `  Secret Key   ${secretKey}`,
    `  RSA keys     ${url}/sandbox/credentials`,
    `  Reference    ${url}/docs`,
    ...(dataDir === undefined ? [] : [`  Data         ${dataDir}`]),
    ...(token === undefined ? [] : [`  /sandbox     Authorization: Bearer ${token}`]),
    '',
    '  The whole story of a payment:  npm run demo',
    '  A first signed request, to paste into a second terminal:',
    '',
    firstRequest(url, merchant.clientId, secretKey),
    '',
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** Node.js is the one tool that every reader of this has. */
function firstRequest(url: string, clientId: string, secretKey: string): string {
  return `node --input-type=module <<'EOF'
import { createHash, createHmac, randomUUID } from 'node:crypto'
const path = '/credit-card/check-three-d-secure'
const body = JSON.stringify({
  order: { amount: 90000, invoice_number: 'INV-' + Date.now() },
  card: { number: '5573381011111101', expiry: '12${String((new Date().getUTCFullYear() + 3) % 100).padStart(2, '0')}' },
  three_dsecure: {
    callback_url_success: 'https://www.merchant.com/success',
    callback_url_failed: 'https://www.merchant.com/failed',
  },
})
const headers = {
  'Client-Id': '${clientId}',
  'Request-Id': randomUUID(),
  'Request-Timestamp': new Date().toISOString().slice(0, 19) + 'Z',
}
const digest = createHash('sha256').update(body).digest('base64')
const text = Object.entries(headers).map(([name, value]) => name + ':' + value)
  .concat('Request-Target:' + path, 'Digest:' + digest).join('\\n')
headers.Signature = 'HMACSHA256=' + createHmac('sha256', '${secretKey}').update(text).digest('base64')
headers['Content-Type'] = 'application/json'
const answer = await fetch('${url}' + path, { method: 'POST', headers, body })
console.log(answer.status, JSON.stringify(await answer.json(), null, 2))
EOF`
}
