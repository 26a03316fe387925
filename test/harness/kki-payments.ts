/** Payments at the simulated KKI switch, as the gateway would send them. */
import { digestOf } from '@gerbang/wire'
import { sandboxClientId } from '../../packages/gateway/src/api/sandbox/sandbox-merchants.ts'
import { type Money, rupiah } from '../../packages/gateway/src/primitives/money.ts'
import { Secret } from '../../packages/gateway/src/primitives/secret.ts'
import { noteSecret, type World } from './world.ts'

/** A CPAN of sandbox.md that works. */
const cpan = '9360001609987000000'
/** The amount makes a payment wait for its cardholder (sandbox.md, KKI test data). */
const waitingAmount = rupiah(1_259_002n)

let last = 0

/** Sends a payment, which waits for its cardholder unless another amount is wished. */
export async function sendKkiPayment(
  world: Pick<World, 'kkiSimulator'>,
  wish: {
    readonly amount?: Money
    readonly subMerchantId?: string
    readonly partnerReferenceNo?: string
  } = {},
) {
  last += 1
  const digits = String(last).padStart(6, '0')
  noteSecret('card-number', cpan)
  // A plain digest of it is soon undone: it must not be kept either.
  noteSecret('digest', digestOf(cpan))
  noteSecret('password', '12345678')
  const command = {
    references: { stan: digits, rrn: `632700${digits}`, transmittedAt: new Date() },
    mid: '000360012345',
    tid: '36001234',
    subMerchantId: wish.subMerchantId ?? sandboxClientId,
    partnerReferenceNo: wish.partnerReferenceNo ?? `INV-APP-${digits}`,
    custIdMerchant: undefined,
    referenceNo: `ref_app${digits}`,
    amount: wish.amount ?? waitingAmount,
    source: {
      kind: 'card',
      card: { cpan: new Secret(cpan), ott: new Secret('12345678') },
      binds: false,
    },
  } as const
  const { kkiSwitch } = world.kkiSimulator
  const outcome = await kkiSwitch.pay(command, AbortSignal.timeout(5_000))
  return { command, outcome, referenceNo: command.referenceNo }
}
