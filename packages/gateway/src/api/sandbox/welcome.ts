/** What a newcomer reads first: where the sandbox is, who they are, and a first request. */
import type { Merchant } from '../../merchants/index.ts'
import type { SandboxClock } from '../../platform/clock/sandbox-clock.ts'

export type SandboxToken = {
  readonly value: string
  /** By a setting: then whoever reads the output need not learn it from there. */
  readonly isSet: boolean
}

export function welcome(about: {
  readonly url: string
  readonly merchant: Merchant
  readonly token: SandboxToken | undefined
  /** Of the embedded PostgreSQL. */
  readonly dataDir: string | undefined
  /** Where events are published, and to which topics; undefined where they are not. */
  readonly kafka: { readonly brokers: readonly string[]; readonly topicPrefix: string } | undefined
  readonly clock: Pick<SandboxClock, 'now' | 'offsetMs'>
  /** Others can reach the gateway, and it was not told how. */
  readonly needsPublicUrl: boolean
}): string {
  const { url, merchant, token, dataDir, kafka, clock } = about
  const secretKey = merchant.secretKey.reveal((secret) => secret)
  const lines = [
    '',
    `  Gerbang sandbox is ready at ${url}`,
    '',
    `  Client-Id    ${merchant.clientId}`,
    `  Secret Key   ${secretKey}`,
    `  RSA keys     ${url}/sandbox/credentials`,
    `  Reference    ${url}/docs`,
    `  Refused?     ${url}/sandbox/explain`,
    `  Issuer app   ${url}/issuer-app${token === undefined ? '' : `?token=${shown(token)}`}`,
    ...(dataDir === undefined ? [] : [`  Data         ${dataDir}`]),
    ...(kafka ? [`  Kafka        ${kafka.brokers.join(', ')}, topics ${kafka.topicPrefix}*`] : []),
    ...(token === undefined ? [] : [`  /sandbox     Authorization: Bearer ${shown(token)}`]),
    ...(clock.offsetMs() === 0 ? [] : [clockLine(clock)]),
    '',
    ...(about.needsPublicUrl ? publicUrlAdvice(url) : []),
    `  The whole story of a payment:  ${demoCommand(url, token)}`,
    `  The same over SNAP, for KKI:   ${demoCommand(url, token)} -- kki`,
    '  A first signed request, to paste into a second terminal:',
    '',
    firstRequest(url, merchant.clientId, secretKey),
    '',
  ]
  return lines.join('\n')
}

function shown({ value, isSet }: SandboxToken): string {
  return isSet ? '$GERBANG_SANDBOX_TOKEN' : value
}

/** An offset is kept over restarts; whoever finds strange dates should find the reason here. */
function clockLine(clock: Pick<SandboxClock, 'now' | 'offsetMs'>): string {
  const hours = Math.round((clock.offsetMs() / 3_600_000) * 10) / 10
  const now = clock.now().toISOString().slice(0, 16)
  return `  Clock        ${now}Z, moved ${hours} h ahead; POST /sandbox/reset sets it back`
}

function publicUrlAdvice(url: string): string[] {
  return [
    `  Every URL handed out starts with ${url}, which others may not reach:`,
    '  set PUBLIC_URL to the URL under which browsers and merchants reach this gateway.',
    '',
  ]
}

/** The demo's own default is the gateway's. */
function demoCommand(url: string, token: SandboxToken | undefined): string {
  const settings = [
    ...(url === 'http://127.0.0.1:8080' ? [] : [`GERBANG_URL=${url}`]),
    ...(token === undefined || token.isSet ? [] : [`GERBANG_SANDBOX_TOKEN=${token.value}`]),
  ]
  return [...settings, 'npm run demo'].join(' ')
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
