/**
 * What the simulated acquirer does with a message: the test amounts and cards of sandbox.md, and
 * what `POST /sandbox/acquirer/next` asked for, which goes before both. Pure.
 */
import type { Money } from '../../../primitives/money.ts'
import { wholeRupiah } from '../../../primitives/money.ts'
import type { Secret } from '../../../primitives/secret.ts'

/** What happens to one message; `lose` names what gets lost on the way. */
export type Behaviour = {
  readonly responseCode: string
  readonly lose?: 'answer' | 'request' | undefined
  readonly delayMs?: number | undefined
}

/** An instruction for the next message of a merchant. */
export type Instruction = {
  readonly responseCode?: string | undefined
  readonly lose?: 'answer' | 'request' | undefined
  readonly delayMs?: number | undefined
}

const approved = '00'

/** Cards that are declined (sandbox.md, Test cards). */
const declinedCards: Readonly<Record<string, string>> = {
  '5576920000000390': '51',
  '4000000000043002': '43',
}

/** The amounts that are about lost or late answers (sandbox.md, Test amounts). */
const specialAmounts: Readonly<Record<string, Behaviour>> = {
  '68': { responseCode: approved, lose: 'answer' },
  '69': { responseCode: approved, lose: 'request' },
  '96': { responseCode: approved, delayMs: 3_000 },
}

export function behaviourFor(
  message: { amount: Money; cardNumber?: Secret<string> | undefined },
  instruction: Instruction | undefined,
): Behaviour {
  const usual = byAmount(message.amount) ?? byCard(message.cardNumber)
  if (!instruction) return usual
  // A delay or a loss alone leaves the decision as it is; a response code replaces it altogether.
  const base = instruction.responseCode ? { responseCode: instruction.responseCode } : usual
  return {
    ...base,
    ...(instruction.lose ? { lose: instruction.lose } : {}),
    ...(instruction.delayMs === undefined ? {} : { delayMs: instruction.delayMs }),
  }
}

/** An amount whose last four digits are 90NN answers code NN. */
function byAmount(amount: Money): Behaviour | undefined {
  const code = /90(\d\d)$/.exec(String(wholeRupiah(amount)))?.[1]
  return code === undefined ? undefined : (specialAmounts[code] ?? { responseCode: code })
}

function byCard(cardNumber: Secret<string> | undefined): Behaviour {
  return { responseCode: cardNumber?.reveal((digits) => declinedCards[digits]) ?? approved }
}
