/** Payments to settle, and what became of them, as the tests of the settlement see them. */
import { randomUUID } from 'node:crypto'
import { sandboxClientId } from '../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { type Answer, control, futureExpiry, newInvoice, paths, post, type World } from './world.ts'

/** Cards by the acquirer account that takes them (sandbox.md). */
export const cardOf = {
  BNI: '4111111111111111',
  BANK_MANDIRI: '5573381011111101',
  BANK_CIMB: '5576920000001000',
} as const

export type Paid = {
  readonly invoice: string
  readonly amount: number
  /** Of the charge. */
  readonly requestId: string
}

/** A captured payment at an acquirer. */
export async function pays(
  world: World,
  change: {
    readonly at?: keyof typeof cardOf
    readonly amount?: number
    readonly invoice?: string
    readonly hold?: boolean
    readonly as?: { readonly clientId: string; readonly secretKey: string }
  } = {},
): Promise<Paid> {
  const { at = 'BNI', amount = 90_000, invoice = newInvoice() } = change
  const requestId = randomUUID()
  // Without an authentication: the clock of another world may be moved between check and charge.
  const body = {
    order: { invoice_number: invoice, amount },
    payment: { type: 'MOTO' },
    card: { number: cardOf[at], expiry: futureExpiry },
    ...(change.hold ? { additional_info: { hold_settlement: true } } : {}),
  }
  const charged: Answer = await post(world, paths.charge, body, { ...change.as, requestId })
  if (charged.body.payment?.status !== 'SUCCESS') throw new Error(charged.text)
  return { invoice, amount, requestId }
}

/** Asks for a payment's amount, or part of it, back; `refund` of the answer. */
export async function asksBack(
  world: World,
  { invoice, amount, requestId }: Paid,
  change: { readonly amount?: number; readonly requestId?: string } = {},
): Promise<{ type: string; status: string }> {
  const body = {
    order: { invoice_number: invoice },
    payment: { original_request_id: requestId },
    refund: { amount: change.amount ?? amount },
  }
  const options = change.requestId === undefined ? {} : { requestId: change.requestId }
  const answer = await post(world, '/cancellation/credit-card/refund', body, options)
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body.refund
}

export type BatchAnswer = {
  readonly batchId: string
  readonly acquirerId: string
  readonly state: string
  readonly cutOffAt: string
  readonly payments: number
  readonly captured: number
  readonly refunds: number
  readonly refunded: number
  readonly net: number
}

/** Closes every open batch now. */
export async function settleNow(world: World): Promise<BatchAnswer[]> {
  const answer = await control(world, 'POST', '/sandbox/settlements')
  if (answer.status !== 200) throw new Error(answer.text)
  return answer.body.batches
}

/** Every batch, the latest first. */
export async function batchesOf(world: World): Promise<BatchAnswer[]> {
  return (await control(world, 'GET', '/sandbox/settlements')).body.batches
}

/** The settlement report as it is downloaded. */
export async function reportOf(world: World, batchId: string, merchant = sandboxClientId) {
  const answer = await world.app.server.inject({
    url: `/sandbox/settlements/${batchId}.csv?clientId=${merchant}`,
    headers: { host: '127.0.0.1:8080' },
  })
  const [header = '', ...lines] = answer.body.split('\r\n').slice(0, -1)
  const names = header.split(',')
  const rows = lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, i) => [name, cells[i]]))
  })
  return { answer, names, rows }
}

export type PaymentRow = {
  state: string
  batchId: string | null
  voidClosed: boolean
  capturedMinor: bigint
  refundedMinor: bigint
}

/** How the gateway's book has a payment. */
export async function paymentOf(world: World, { invoice }: Paid): Promise<PaymentRow> {
  const [row] = await world.database<PaymentRow[]>`
    select state, batch_id as "batchId", void_closed as "voidClosed",
      captured_minor as "capturedMinor", refunded_minor as "refundedMinor"
    from payments where invoice_number = ${invoice}`
  if (!row) throw new Error('no such payment')
  return row
}

/** Whether the acquirer's book says of a payment what the gateway's does. */
export async function doBooksAgree(world: World, paid: Paid): Promise<boolean> {
  const ours = await paymentOf(world, paid)
  const standing = await world.acquirerSimulator.standing(sandboxClientId, paid.invoice)
  const theirs = {
    captured: standing.reduce((sum, { captured }) => sum + captured, 0n),
    refunded: standing.reduce((sum, { refunded }) => sum + refunded, 0n),
  }
  const isVoided = ours.state === 'voided'
  return (
    theirs.captured === (isVoided ? 0n : ours.capturedMinor) &&
    theirs.refunded === (isVoided ? 0n : ours.refundedMinor)
  )
}
