/** Answers about the simulated networks: acquirers and KKI switch. */
import { Type } from 'typebox'
import { instructionMembers } from '../call.ts'
import { instant, orNull, responseCode, rrn, rupiah, stan } from './members.ts'

/** The same members in both books. */
const received = {
  responseCode: orNull(responseCode),
  approvalCode: orNull(
    Type.String({ description: 'Null unless the message was approved, and stands.' }),
  ),
  receivedAt: instant('By the sandbox’s clock.'),
  stan,
  rrn,
  maskedCardNumber: Type.String({
    description: 'Empty where the message has none.',
    examples: ['557338******1101'],
  }),
}

export const acquirerMessages = Type.Object(
  {
    messages: Type.Array(
      Type.Object({
        kind: Type.Enum(['sale', 'authorize', 'capture', 'void', 'refund', 'reversal', 'inquiry']),
        amount: rupiah('Whole rupiah.'),
        ...received,
      }),
    ),
  },
  { description: 'Every message that the simulated acquirer received, oldest first.' },
)

export const kkiMessages = Type.Object(
  {
    messages: Type.Array(
      Type.Object({
        kind: Type.Enum(['bind', 'otp', 'unbind', 'pay', 'refund', 'reversal', 'inquiry']),
        amount: orNull(rupiah('Rupiah, to the sen. Null where the message has none.')),
        ...received,
      }),
    ),
  },
  { description: 'Every message that the simulated KKI switch received, oldest first.' },
)

export const nextAtAcquirer = Type.Object(
  { next: Type.Object(instructionMembers) },
  { description: 'What shall happen to the next message, as it was sent.' },
)

export const nextAtKkiSwitch = Type.Object(
  { next: Type.Object({ ...instructionMembers, waits: Type.Optional(Type.Boolean()) }) },
  { description: 'What shall happen to the next message, as it was sent.' },
)

export const ott = Type.Object(
  {
    ott: Type.String({ description: 'Pays once, with this card only.', examples: ['48210367'] }),
    expiresAt: instant('By the sandbox’s clock.'),
  },
  { description: 'What the issuer’s app shows its cardholder.' },
)

export const confirmation = Type.Object(
  { referenceNo: Type.String({ description: 'Ours, of the payment.' }), approved: Type.Boolean() },
  { description: 'What was decided. The notification tells how the payment ended.' },
)
