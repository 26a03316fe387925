/**
 * What a stub gateway answers where a test has no wishes: every call succeeds, with what was asked
 * for told back and the rest as in the documentation's samples. It remembers nothing.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type {
  ChargeResponse,
  CheckThreeDSecureResponse,
  DeleteTokenResponse,
  GetTokensResponse,
  RefundResponse,
  TransactionReport,
} from '@gerbang/wire'
import type {
  CaptureRequest,
  ChargeRequest,
  CheckThreeDSecureRequest,
  DeleteTokenRequest,
  ListTokensRequest,
  RefundRequest,
} from './requests.ts'

export type StubRequest = {
  readonly method: string
  /** As it was sent, percent-encoding and query included. */
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly isSigned: boolean
}

export type StubAnswer = {
  readonly status?: number
  /** Sent as JSON; `text` sends any other body. */
  readonly json?: unknown
  readonly text?: string
  /** Set after signing, so a test can spoil an answer; undefined takes a header away. */
  readonly headers?: Readonly<Record<string, string | undefined>>
  /** Changes the body after it was signed. */
  readonly tamper?: (text: string) => string
}

const sample = {
  authentication_id: 'eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e',
  authorize_id: '56789012345678901',
  token: 'de52e5820f4c381db88a1cf91d57b73e',
  billing_transaction_id: '2023112911562800003688',
} as const
const acquirer = 'BANK_MANDIRI'
const identifier = [
  { name: 'Acquirer', value: acquirer },
  { name: 'MID', value: '71003372992' },
  { name: 'TID', value: '73120903' },
]
const card = {
  masked: '557338******1101',
  type: 'CREDIT',
  issuer: 'PT BANK MANDIRI (PERSERO) Tbk',
  brand: 'MASTER',
} as const
const approved = { response_code: '00', approval_code: '123123' } as const
const verification = { status: 'APPROVE', reason: 'Decision No Rules Triggered' } as const

/** The approved answer to a call of the cards API; 404 to any other. */
export function approvedAnswer(request: StubRequest): StubAnswer {
  const { method, path } = request
  const requestId = String(request.headers['request-id'])
  const status = '/orders/v1/status/'
  if (method === 'GET' && path.startsWith(status)) {
    return { json: toReport(decodeURIComponent(path.slice(status.length))) }
  }
  const read = method === 'POST' ? JSON.parse(request.text) : undefined
  switch (`${method} ${path}`) {
    case 'POST /credit-card/check-three-d-secure':
      return { json: toCheck(read) }
    case 'POST /credit-card/charge':
      return { json: toCharge(read, requestId) }
    case 'POST /credit-card/capture':
      return { json: toCapture(read, requestId) }
    case 'POST /cancellation/credit-card/refund':
      return { json: toRefund(read) }
    case 'POST /tokenization/v2/get-token':
      return { json: toTokens(read) }
    case 'POST /tokenization/v2/delete-token':
      return { json: toDeleted(read) }
    default:
      return {
        status: 404,
        json: { error: { code: 'NOT_FOUND', message: 'No such path', type: 'NOT_FOUND' } },
      }
  }
}

function toCheck({ order }: CheckThreeDSecureRequest): CheckThreeDSecureResponse {
  const { authentication_id } = sample
  return {
    order: { amount: Number(order.amount) },
    three_dsecure: {
      enrollment_status: true,
      authentication_id,
      authentication_url: `http://127.0.0.1/three-d-secure/${authentication_id}`,
      three_ds_version: '2.2.0',
    },
  }
}

function toCharge(charge: ChargeRequest, requestId: string): ChargeResponse {
  const { type } = charge.payment
  const authentication = charge.three_dsecure?.authentication_id
  return {
    order: { invoice_number: charge.order.invoice_number, amount: Number(charge.order.amount) },
    ...(charge.customer && { customer: charge.customer }),
    payment: {
      type,
      identifier,
      request_id: requestId,
      authorize_id: type === 'AUTHORIZE' ? sample.authorize_id : '',
      ...approved,
      response_message: 'PAYMENT APPROVED',
      status: 'SUCCESS',
      eci: authentication ? '02' : '',
    },
    ...(authentication && { three_dsecure: { authentication_id: authentication } }),
    card: { ...card, ...(charge.card?.save && { token: sample.token }) },
    ...(type === 'RECURRING' && { billing: toBilling(charge.billing) }),
    verification,
  }
}

function toBilling(billing: ChargeRequest['billing']): NonNullable<ChargeResponse['billing']> {
  const ordinal = billing?.number_of_payments ?? billing?.number_of_payment ?? 1
  return {
    billing_number: billing?.billing_number ?? 'billing-1',
    number_of_payments: Number(ordinal),
    billing_transaction_id: billing?.billing_transaction_id ?? sample.billing_transaction_id,
    amount_variability: billing?.amount_variability ?? 'FIXED',
    ...(billing?.payment_frequency && { payment_frequency: billing.payment_frequency }),
  }
}

function toCapture({ payment }: CaptureRequest, requestId: string): ChargeResponse {
  return {
    // Without an amount all is captured, and a stub does not know how much that was.
    order: { invoice_number: 'INV-1', amount: Number(payment.capture_amount ?? 90_000) },
    payment: {
      type: 'CAPTURE',
      identifier,
      request_id: requestId,
      authorize_id: payment.authorize_id,
      ...approved,
      response_message: 'Approved',
      status: 'SUCCESS',
      eci: '',
    },
    card,
    verification,
  }
}

function toRefund({ order, payment, refund }: RefundRequest): RefundResponse {
  return {
    order: { invoice_number: order.invoice_number },
    payment: { original_request_id: payment.original_request_id },
    refund: {
      amount: Number(refund.amount),
      type: 'VOID',
      status: 'SUCCESS',
      message: 'Approved',
      approval_code: approved.approval_code,
    },
  }
}

function toTokens({ customer }: ListTokensRequest): GetTokensResponse {
  const listed = {
    id: sample.token,
    masked_account: '********1101',
    card: {
      expiry: '28/12',
      brand: card.brand,
      issuer: card.issuer,
      bin: 557338,
      hashed_card_number: '0'.repeat(64),
    },
  }
  return { customer: { id: customer.id }, tokens: [listed] }
}

function toDeleted({ token }: DeleteTokenRequest): DeleteTokenResponse {
  return { token: { id: token.id, status: 'INACTIVE' } }
}

/** @param asked an invoice number or a Request-Id: who remembers nothing cannot tell which */
function toReport(asked: string): TransactionReport {
  return {
    order: { invoice_number: asked, amount: 90_000 },
    transaction: {
      type: 'SALE',
      status: 'SUCCESS',
      date: '2026-08-27T10:23:47Z',
      original_request_id: asked,
    },
    service: { id: 'CREDIT_CARD' },
    acquirer: { id: acquirer },
    channel: { id: 'CREDIT_CARD', name: 'Credit Card' },
    card_payment: {
      masked_card_number: card.masked,
      ...approved,
      response_message: 'PAYMENT APPROVED',
      issuer: card.issuer,
      identifier,
      brand: card.brand,
      three_d_secure_status: 'TRUE',
    },
    verification,
  }
}
