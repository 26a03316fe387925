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

/** One spelling of the merchant's own authentication (wire.md 4.3). */
const proof = (transactionId: string) =>
  Type.Optional(
    Type.Object(
      {
        eci: text(2, 'Electronic Commerce Indicator.'),
        xid: text(128, 'Transaction id of 3-D Secure 1.'),
        cavv: text(1024, 'Cardholder Authentication Verification Value.'),
        status: text(1, '`Y` or `A`.'),
        [transactionId]: text(128, 'Transaction id of the directory server.'),
      },
      open,
    ),
  )

/** MPI: the merchant authenticated the cardholder by itself (wire.md 4.3); two spellings. */
export const merchantAuthentication = Type.Object(
  {
    version: Type.Optional(Type.String({ maxLength: 16, examples: ['3DS2'] })),
    '3ds': proof('ds_transaction_id'),
    threeDS: proof('dsTransactionId'),
  },
  { ...open, description: 'An authentication of the merchant’s own (MPI); a feature.' },
)

const amountVariabilities = ['FIXED', 'VARIABLE'] as const
const paymentFrequencies = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY', 'OTHER'] as const

const billingMembers = {
  billing_number: text(64, 'Id of the billing agreement at the merchant.'),
  amount_variability: Type.Optional(Type.Enum([...amountVariabilities])),
  payment_frequency: Type.Optional(Type.Enum([...paymentFrequencies])),
  billing_transaction_id: text(
    100,
    'Bank Mandiri only: from the answer to the first payment, on every following one.',
  ),
}

/** The agreement that a RECURRING charge belongs to (wire.md 4.4). */
export const billingIn = Type.Object(
  {
    ...billingMembers,
    number_of_payments: Type.Optional(digits),
    number_of_payment: Type.Optional(digits),
  },
  open,
)

export const billingOut = Type.Object({
  ...billingMembers,
  number_of_payments: Type.Integer({ description: '1 for the first payment.' }),
})

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
      Type.Object({ authentication_id: Type.Optional(authenticationId) }, open),
    ),
    authentication: Type.Optional(merchantAuthentication),
    payment: Type.Object(
      {
        type: Type.Enum([...paymentTypes]),
        tenor: Type.Optional(
          Type.Union([Type.String(), Type.Integer()], {
            description: 'Months of an INSTALLMENT.',
            examples: ['12'],
          }),
        ),
        plan_id: text(64, 'The bank’s plan of an INSTALLMENT.'),
      },
      open,
    ),
    billing: Type.Optional(billingIn),
    card: Type.Optional(
      Type.Object(
        {
          ...cardIn.properties,
          cvv: text(4, '3 digits, 4 for AMEX. Never stored.'),
          save: Type.Optional(
            Type.Boolean({ description: 'Keeps the card and answers a token; needs customer.id.' }),
          ),
        },
        open,
      ),
    ),
    additional_info: Type.Optional(
      Type.Object(
        {
          override_notification_url: Type.Optional(
            Type.String({ description: 'Another host for the notification, with the same path.' }),
          ),
          hold_settlement: Type.Optional(Type.Boolean()),
          migration_process: Type.Optional(Type.Boolean()),
        },
        { ...open, description: 'Kept and echoed, whatever is in it.' },
      ),
    ),
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

export const chargeMembers = {
  additional_info: Type.Optional(Type.Unknown({ description: 'Echo of the request’s.' })),
  order: Type.Object({ invoice_number: Type.String(), amount: amountOut }),
  customer: Type.Optional(customer),
  payment: Type.Object({
    type: Type.String({ examples: ['SALE'] }),
    identifier: Type.Array(identifier, { description: 'Acquirer, MID and TID.' }),
    request_id: Type.String({ description: 'Request-Id of the charge.' }),
    authorize_id: Type.Optional(
      Type.String({ description: 'What an AUTHORIZE is captured by; empty for other types.' }),
    ),
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
    token: Type.Optional(
      Type.String({
        description: 'Of a card that was saved.',
        examples: ['de52e5820f4c381db88a1cf91d57b73e'],
      }),
    ),
  }),
  billing: Type.Optional(billingOut),
  verification: Type.Optional(verification),
}

export const chargeResponse = Type.Object(
  {
    ...chargeMembers,
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
  { ...Type.Partial(Type.Object(chargeMembers)).properties, error: errorBlock },
  { title: 'ChargeConflict' },
)
