/** What the load sends: each case prepares its bodies before the timed part. */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { headersOf, type Signing } from './signing.ts'

export const clientId = 'MCH-0001-10791114622547'
export const secretKey = 'SK-GerbangSandbox0001'
const card = { number: '4111111111111111', expiry: `12${(new Date().getFullYear() + 3) % 100}` }
const amount = 90_000
const customer = { id: 'CUST-0001', name: 'Alisa Mikhailovna', email: 'alisa@gmail.com' }

const chargePath = '/credit-card/charge'

export type Case = {
  readonly name: string
  readonly path: string
  /** A text of every right answer. */
  readonly succeeds: string
  signing(url: string): Promise<Signing>
  /** Bodies whose every request can be answered SUCCESS once. */
  prepare(url: string, count: number, concurrency: number): Promise<string[]>
}

const cards = { kind: 'cards', clientId, secretKey } as const

/** What all cases of the cards dialect have. */
const ofCards = { succeeds: '"status":"SUCCESS"', signing: async () => cards }

/** A sale whose frictionless authentication is finished: the case beside which the floor stands. */
export const sale: Case = {
  ...ofCards,
  name: 'sale',
  path: chargePath,
  prepare: (url, count, concurrency) =>
    many(count, concurrency, async (agent) => {
      const { invoice, authenticationId } = await authenticate(agent, url)
      return saleBody(invoice, authenticationId)
    }),
}

export function saleBody(invoice: string, authenticationId: string): string {
  return JSON.stringify({
    order: { invoice_number: invoice, amount },
    customer,
    three_dsecure: { authentication_id: authenticationId },
    payment: { type: 'SALE' },
    card: { ...card, cvv: '123' },
  })
}

/** What the floor is sent, which takes every sale. */
export const anySale: Case = {
  ...ofCards,
  name: 'any sale',
  path: chargePath,
  prepare: async (_url, count) =>
    Array.from({ length: count }, () => saleBody(randomUUID(), 'e'.repeat(64))),
}

const motoBody = (cardMembers: object) => ({
  order: { invoice_number: randomUUID(), amount },
  customer,
  payment: { type: 'MOTO' },
  card: cardMembers,
})

/** The cases that only the gateway has. */
export const otherCases: readonly Case[] = [
  {
    ...ofCards,
    name: 'MOTO by token',
    path: chargePath,
    prepare: async (url, count, concurrency) => {
      const agent = new Agent()
      const saved = await call(agent, url, chargePath, motoBody({ ...card, save: true }))
      const { token } = saved.card
      return many(count, concurrency, async () => JSON.stringify(motoBody({ token })))
    },
  },
  {
    ...ofCards,
    name: 'authorize',
    path: chargePath,
    prepare: (url, count, concurrency) =>
      many(count, concurrency, async (agent) => JSON.stringify(await holdBody(agent, url))),
  },
  {
    ...ofCards,
    name: 'capture',
    path: '/credit-card/capture',
    prepare: (url, count, concurrency) =>
      many(count, concurrency, async (agent) => {
        const held = await call(agent, url, chargePath, await holdBody(agent, url))
        return JSON.stringify({ payment: { authorize_id: held.payment.authorize_id } })
      }),
  },
  {
    ...ofCards,
    name: 'refund',
    path: '/cancellation/credit-card/refund',
    prepare: async (url, count, concurrency) => {
      const bodies = await many(count, concurrency, async (agent) => {
        const body = motoBody(card)
        const { payment } = await call(agent, url, chargePath, body)
        return JSON.stringify({
          order: { invoice_number: body.order.invoice_number },
          payment: { original_request_id: payment.request_id },
          refund: { amount: 40_000 },
        })
      })
      const settled = await fetch(`${url}/sandbox/settlements`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: '{}',
      })
      if (!settled.ok) throw new Error(`settlement: ${await settled.text()}`)
      return bodies
    },
  },
]

/** A frictionless authentication of a new invoice. */
async function authenticate(agent: Agent, url: string) {
  const invoice = randomUUID()
  const checked = await call(agent, url, '/credit-card/check-three-d-secure', {
    order: { invoice_number: invoice, amount },
    card,
    three_dsecure: {
      callback_url_success: 'https://www.merchant.com/success',
      callback_url_failed: 'https://www.merchant.com/failed',
    },
  })
  return { invoice, authenticationId: checked.three_dsecure.authentication_id as string }
}

async function holdBody(agent: Agent, url: string): Promise<object> {
  const { invoice, authenticationId } = await authenticate(agent, url)
  return { ...JSON.parse(saleBody(invoice, authenticationId)), payment: { type: 'AUTHORIZE' } }
}

/** So many texts, made by as many workers as may be at once. */
export async function many(
  count: number,
  concurrency: number,
  make: (agent: Agent) => Promise<string>,
): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency })
  const bodies: string[] = []
  const work = async () => {
    while (bodies.length < count) {
      const place = bodies.push('') - 1
      bodies[place] = await make(agent)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  agent.destroy()
  return bodies
}

// biome-ignore lint/suspicious/noExplicitAny: the answers are the gateway's own.
function call(agent: Agent, url: string, path: string, body: object): Promise<any> {
  const text = JSON.stringify(body)
  const headers = headersOf(cards, path, text)
  return new Promise((resolve, reject) => {
    const outgoing = request(new URL(path, url), { method: 'POST', agent, headers }, (answer) => {
      let received = ''
      answer.setEncoding('utf8')
      answer.on('data', (chunk: string) => {
        received += chunk
      })
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(JSON.parse(received))
        else reject(new Error(`${path}: ${answer.statusCode} ${received}`))
      })
    })
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}
