/** POST /credit-card/charge (wire.md 4.2). */
import { type Static, Type } from 'typebox'
import {
  amountIn,
  amountOut,
  authenticationId,
  cardIn,
  errorBlock,
  invoiceNumber,
} from './shared.wire.ts'

const text = (maxLength: number, description: string) =>
  Type.Optional(Type.String({ maxLength, description }))
const open = { additionalProperties: true } as const

export const paymentTypes = ['SALE', 'AUTHORIZE', 'INSTALLMENT', 'MOTO', 'RECURRING'] as const
export type PaymentType = (typeof paymentTypes)[number]

/** What a merchant reads in payment.status. */
export const paymentStatuses = ['SUCCESS', 'FAILED', 'PENDING'] as const

const digits = Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^[0-9]+$' })])

export const lineItem = Type.Object(
  {
    name: text(255, 'Name of the item.'),
    price: Type.Optional(digits),
    quantity: Type.Optional(digits),
  },
  open,
)

export const customer = Type.Object(
  {
    id: text(50, 'Id of the customer at the merchant.'),
    name: text(255, 'Name of the customer.'),
    email: text(128, 'E-mail address of the customer.'),
    phone: text(16, 'Calling code and number, digits only.'),
    address: text(400, 'Address of the customer.'),
    country: text(2, 'ISO 3166-1 alpha-2.'),
  },
  open,
)
export type Customer = Static<typeof customer>

export const chargeRequest = Type.Object(
  {
    order: Type.Object(
      {
        invoice_number: invoiceNumber,
        amount: amountIn,
        descriptor: text(22, 'Printed on the cardholder’s statement; a feature of the merchant.'),
        line_items: Type.Optional(
          Type.Array(lineItem, { description: 'price × quantity must add up to the amount.' }),
        ),
      },
      open,
    ),
    customer: Type.Optional(customer),
    three_dsecure: Type.Optional(
      Type.Object({ authentication_id: Type.Optional(authenticationId) }),
    ),
    payment: Type.Object({ type: Type.Enum([...paymentTypes]) }, open),
    card: Type.Optional(
      Type.Object(
        {
          ...cardIn.properties,
          cvv: text(4, '3 digits, 4 for AMEX. Never stored.'),
          save: Type.Optional(Type.Boolean()),
        },
        open,
      ),
    ),
    additional_info: Type.Optional(Type.Object({}, open)),
  },
  {
    title: 'ChargeRequest',
    examples: [
      {
        order: { invoice_number: 'INV-20210118-0001', amount: 90000 },
        customer: { id: 'CUST-0001', name: 'Alisa Mikhailovna', email: 'alisa@gmail.com' },
        three_dsecure: {
          authentication_id: 'eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e',
        },
        payment: { type: 'SALE' },
        card: { number: '5573381011111101', expiry: '1228', cvv: '123' },
      },
    ],
  },
)
export type ChargeRequest = Static<typeof chargeRequest>

const identifier = Type.Object({
  name: Type.String({ examples: ['MID'] }),
  value: Type.String({ examples: ['71003372992'] }),
})

export const verification = Type.Object(
  {
    status: Type.Enum(['APPROVE', 'REVIEW', 'REJECT']),
    reason: Type.String({ examples: ['Decision No Rules Triggered'] }),
  },
  { description: 'What the merchant’s fraud rules said.' },
)

const members = {
  additional_info: Type.Optional(Type.Unknown({ description: 'Echo of the request’s.' })),
  order: Type.Object({ invoice_number: Type.String(), amount: amountOut }),
  customer: Type.Optional(customer),
  payment: Type.Object({
    type: Type.String({ examples: ['SALE'] }),
    identifier: Type.Array(identifier, { description: 'Acquirer, MID and TID.' }),
    request_id: Type.String({ description: 'Request-Id of the charge.' }),
    authorize_id: Type.Optional(Type.String()),
    response_code: Type.String({ description: 'The acquirer’s code; `00` is approved.' }),
    response_message: Type.String({ examples: ['PAYMENT APPROVED'] }),
    status: Type.Enum([...paymentStatuses]),
    eci: Type.String({ description: 'Electronic Commerce Indicator.', examples: ['05'] }),
    approval_code: Type.Optional(Type.String({ examples: ['123123'] })),
  }),
  three_dsecure: Type.Optional(Type.Object({ authentication_id: authenticationId })),
  card: Type.Object({
    masked: Type.String({ examples: ['557338******1101'] }),
    type: Type.Enum(['CREDIT', 'DEBIT']),
    issuer: Type.String({ examples: ['PT BANK MANDIRI (PERSERO) Tbk'] }),
    brand: Type.Enum(['VISA', 'MASTER', 'JCB', 'AMEX']),
  }),
  verification: Type.Optional(verification),
}

export const chargeResponse = Type.Object(
  {
    ...members,
    error: Type.Optional(errorBlock),
  },
  {
    title: 'ChargeResponse',
    description:
      'The charge as it stands: approved, declined (`payment.status` FAILED and an `error` member) or PENDING.',
  },
)
export type ChargeResponse = Static<typeof chargeResponse>

/** 409: the error, and, once the first request was answered, the members of its answer. */
export const chargeConflict = Type.Object(
  { ...Type.Partial(Type.Object(members)).properties, error: errorBlock },
  { title: 'ChargeConflict' },
)
