/** Tells the story: numbered headings, what was sent, what came. Card data is masked here. */
import type { Answer } from '@gerbang/client'

export type Tone = 'heading' | 'plain' | 'faint' | 'good'
export type Print = (text: string, tone?: Tone) => void

export type Narrator = {
  step(title: string): void
  note(text: string): void
  sent(method: string, url: string, body?: unknown): void
  received(text: string, body?: unknown): void
  verified(text: string): void
  /** An answer that the client has verified. */
  verifiedAnswer(answer: Answer<unknown>): void
  done(summary: string): void
  /** A fetch that tells what it sends: method, path, the headers of the dialect and the body. */
  readonly tellingFetch: typeof globalThis.fetch
}

const toldHeaders = [
  ...['Client-Id', 'Request-Id', 'Request-Timestamp', 'Signature'],
  ...['X-CLIENT-KEY', 'X-PARTNER-ID', 'X-EXTERNAL-ID', 'CHANNEL-ID', 'X-TIMESTAMP'],
  ...['Authorization', 'X-SIGNATURE'],
]

export function createNarrator(print: Print): Narrator {
  let stepNumber = 0
  const printJson = (value: unknown) => print(indented(maskedJson(value)))
  const sent = (method: string, url: string) => {
    const { pathname, search } = new URL(url)
    print(`  → ${method} ${pathname}${search}`)
  }
  return {
    step: (title) => {
      stepNumber += 1
      print(`\n${stepNumber}. ${title}`, 'heading')
    },
    note: (text) => print(`  ${text}`, 'faint'),
    sent: (method, url, body) => {
      sent(method, url)
      if (body !== undefined) printJson(body)
    },
    received: (text, body) => {
      print(`  ← ${text}`)
      if (body !== undefined) printJson(body)
    },
    verified: (text) => print(`  ✓ ${text}`, 'good'),
    verifiedAnswer: (answer) => {
      print(`  ← ${answer.status}`)
      printJson(answer.body)
      if (answer.signatureVerified) print('  ✓ The signature of the answer is verified.', 'good')
    },
    done: (summary) => print(`\n✓ ${summary}`, 'good'),
    tellingFetch: (input, init = {}) => {
      sent(init.method ?? 'GET', String(input))
      const headers = new Headers(init.headers)
      for (const name of toldHeaders) {
        const value = headers.get(name)
        if (value !== null) print(`    ${name}: ${shortened(name, value)}`, 'faint')
      }
      if (init.body instanceof Uint8Array) printJson(JSON.parse(Buffer.from(init.body).toString()))
      return fetch(input, init)
    },
  }
}

const hidden = new Set(['cvv', 'otp', 'ott', 'secretKey', 'privateKey'])
const cardNumbers = new Set(['number', 'cpan', 'chargeToken'])
/** Long, and of no use to a reader. */
const longOnes = new Set(['accessToken', 'Authorization', 'gatewayPublicKey'])

/** Pretty JSON in which a card number keeps 6 + 4 digits; what is secret or used once is hidden. */
function maskedJson(value: unknown): string {
  return JSON.stringify(
    value,
    (key, member) => {
      if (hidden.has(key)) return '[hidden]'
      if (typeof member !== 'string') return member
      if (!cardNumbers.has(key)) return shortened(key, member)
      return member.slice(0, 6) + '*'.repeat(Math.max(0, member.length - 10)) + member.slice(-4)
    },
    2,
  )
}

function shortened(name: string, value: string): string {
  return longOnes.has(name) && value.length > 30 ? `${value.slice(0, 26)}…` : value
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}
