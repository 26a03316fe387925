/**
 * What the data of events looks like. It goes to systems that may not see cards: never a card number,
 * a token, a CPAN, an OTT or a one-time password.
 */
import { Type } from 'typebox'

/** Consumers may rely on the members that are here, and meet others later. */
const amount = (description: string) =>
  Type.Object(
    {
      value: Type.String({ pattern: '^[0-9]+\\.[0-9]{2}$', examples: ['90000.00'] }),
      currency: Type.Literal('IDR'),
    },
    { description, additionalProperties: false },
  )

const instant = (description: string) => Type.String({ format: 'date-time', description })

const onlyThese = { additionalProperties: false } as const

const payment = {
  paymentId: Type.String({ description: 'Ours.' }),
  channel: Type.Enum(['CREDIT_CARD', 'KARTU_KREDIT_INDONESIA']),
  paymentType: Type.Enum(['SALE', 'AUTHORIZE', 'INSTALLMENT', 'MOTO', 'RECURRING']),
  invoiceNumber: Type.String({
    description: 'The merchant’s: invoice_number of cards, partnerReferenceNo of KKI.',
  }),
  requestId: Type.String({
    description: 'Of the charge: Request-Id of cards, X-EXTERNAL-ID of KKI.',
  }),
  referenceNo: Type.Optional(Type.String({ description: 'Our number of a KKI payment.' })),
  state: Type.Enum(
    ['pending', 'authorized', 'captured', 'voided', 'refunded', 'released', 'refused'],
    { description: 'Of the payment, after this event.' },
  ),
  amount: amount('That was asked for.'),
  captured: amount('So far.'),
  refunded: amount('So far.'),
  card: Type.Object(
    {
      masked: Type.String({ examples: ['411111******1111'] }),
      brand: Type.String({ examples: ['VISA', 'KKI'] }),
      issuer: Type.String({ examples: ['Bank Rakyat Indonesia'] }),
    },
    onlyThese,
  ),
  acquirerId: Type.String({ examples: ['BNI'] }),
  responseCode: Type.Optional(
    Type.String({ description: 'The acquirer’s answer to this operation.' }),
  ),
  approvalCode: Type.Optional(Type.String({ description: 'The acquirer’s, of an approval.' })),
  createdAt: instant('When the payment began.'),
  settledAt: instant(
    'When the outcome of this operation (charge, capture, void, refund) was known. No date of a settlement: settlement.closed tells of that.',
  ),
}

export const paymentData = Type.Object(payment, onlyThese)

export const refundData = Type.Object(
  {
    ...payment,
    refund: Type.Object(
      {
        refundId: Type.String({ description: 'Ours.' }),
        type: Type.Enum([
          'VOID',
          'PARTIAL_REFUND',
          'FULL_REFUND',
          'MANUAL_PARTIAL_REFUND',
          'MANUAL_FULL_REFUND',
        ]),
        amount: amount('That was to be given back.'),
        requestId: Type.Optional(
          Type.String({ description: 'Of the call: Request-Id of cards, X-EXTERNAL-ID of KKI.' }),
        ),
        referenceNo: Type.Optional(Type.String({ description: 'Our number of a KKI refund.' })),
        partnerRefundNo: Type.Optional(Type.String({ description: 'The merchant’s, of KKI.' })),
      },
      onlyThese,
    ),
  },
  onlyThese,
)

export const closedBatchData = Type.Object(
  {
    batchId: Type.String(),
    acquirerId: Type.String({ examples: ['BNI'] }),
    mid: Type.String({ description: 'With tid: the account at the acquirer.' }),
    tid: Type.String(),
    payments: Type.Integer({ minimum: 0, description: 'How many are in it.' }),
    captured: amount('Of these.'),
    refunds: Type.Integer({ minimum: 0, description: 'How many are in it.' }),
    refunded: amount('By these.'),
    cutOffAt: instant('What was captured later is in a later batch.'),
    closedAt: instant('When the acquirer had closed its own.'),
  },
  onlyThese,
)

const referenceNo = Type.String({ description: 'Our number of the call that led to it.' })
const custIdMerchant = Type.String({ description: 'The merchant’s name for the customer.' })
const card = {
  maskedCpan: Type.String({ examples: ['936000******0000'] }),
  issuer: Type.String({ examples: ['Bank Rakyat Indonesia'] }),
  channel: Type.Literal('KARTU_KREDIT_INDONESIA'),
}

export const boundCardData = Type.Object({ referenceNo, custIdMerchant, ...card }, onlyThese)

export const unboundCardData = Type.Object(
  { referenceNo, custIdMerchants: Type.Array(custIdMerchant, { minItems: 1 }), ...card },
  onlyThese,
)
