/** The six calls of Kartu Kredit Indonesia (wire.md 7). */

import type { Bindings } from '../../bindings/index.ts'
import type { Payment, Payments } from '../../payments/index.ts'
import { type BindCardDeps, bindCardRoute } from './bindings/bind-card.ts'
import { unbindCardRoute } from './bindings/unbind-card.ts'
import { verifyOtpRoute } from './bindings/verify-otp.ts'
import type { SnapDoor } from './door/door.ts'
import { payRoute } from './payments/pay.ts'
import { paymentStatusRoute } from './payments/payment-status.ts'
import { refundRoute } from './payments/refund.ts'

export type KkiRoutesDeps = BindCardDeps & {
  readonly bindings: Bindings
  readonly payments: Payments
  readonly onChanged: (payment: Payment) => void
}

export function registerKkiRoutes(door: SnapDoor, deps: KkiRoutesDeps): void {
  door.transact(bindCardRoute(deps))
  door.transact(verifyOtpRoute(deps))
  door.transact(unbindCardRoute(deps))
  door.transact(payRoute(deps))
  door.transact(refundRoute(deps))
  door.transact(paymentStatusRoute(deps))
}
