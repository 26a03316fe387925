/**
 * What the networks of payments have in common, whatever the channel: everything that is asked about
 * what was begun. A card acquirer is one as it stands, the KKI switch is made one (kki/kki-network.ts);
 * so the resolver, the refunds and the settlement serve both.
 */
import type {
  AboutCommand,
  AcquirerOutcome,
  CardAcquirer,
} from '../networks/card-acquirer/contract.ts'

type Approved = Extract<AcquirerOutcome, { kind: 'approved' }> & {
  /** Of a KKI payment that bound a card: the switch's name for it. */
  readonly account?: string | undefined
}

export type Decision = Approved | Extract<AcquirerOutcome, { kind: 'refused' }>

export type Outcome =
  | Decision
  /** Taken and not decided; at `decidedBy`, in business time, an inquiry finds the decision. */
  | { readonly kind: 'pending'; readonly decidedBy: Date }
  | Extract<AcquirerOutcome, { kind: 'unknown' }>

export type PaymentNetwork = Pick<
  CardAcquirer,
  'capabilities' | 'capture' | 'void' | 'reverse' | 'closeBatch'
> & {
  refund(command: AboutCommand, deadline: AbortSignal): Promise<Outcome>
  inquire(
    command: AboutCommand,
    deadline: AbortSignal,
  ): Promise<Outcome | { readonly kind: 'not_found' }>
}
