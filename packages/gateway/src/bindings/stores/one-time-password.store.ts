/** Tries of one-time passwords: counted and asked by one statement, before anything is compared. */
import type { Fragment } from 'postgres'
import type { Database } from '../../platform/database/index.ts'
import { claimRequests, type RequestClaim } from '../../requests/index.ts'
import { type Binding, type BindingMessage, mostOtpTries } from '../binding.ts'
import { bindingMoves } from '../machine.ts'
import { insertMessage } from './begin-binding.store.ts'

export type BeginTry = {
  /** Undefined where our own page asks: it has no X-EXTERNAL-ID. */
  readonly claim: { readonly claim: RequestClaim; readonly requestExpiresAt: Date } | undefined
  readonly binding: Binding
  readonly message: BindingMessage
  readonly lookAt: Date
}

/** `closed`: the binding waits for no one-time password, or another try is being asked. */
export type TryBegun = 'begun' | 'duplicate' | 'closed'

/**
 * Writes the message of a try down and counts it. The message first, as whoever settles one locks it
 * before its binding; and a try is counted only where this very statement wrote it, so that it can be
 * repeated.
 */
export async function beginTry(database: Database, begin: BeginTry): Promise<TryBegun> {
  const { binding, message, claim } = begin
  const mine = claim
    ? claimRequests(database, [
        {
          ...claim.claim,
          operationId: message.messageId,
          invoiceNumber: binding.partnerReferenceNo,
          expiresAt: claim.requestExpiresAt,
        },
      ])
    : database`mine as (select true)`
  const insert = (bindingId: Fragment) =>
    insertMessage(database, { ...begin, newBinding: { binding } }, bindingId)
  try {
    const rows = await database`
      with ${mine},
      message as (${insert(database`${binding.bindingId} from mine`)} returning 1),
      tried as (
        update bindings
        set otp_tries = otp_tries + 1
        where merchant_id = ${binding.merchantId} and binding_id = ${binding.bindingId}
          and state = any(${bindingMoves.statesThatAllow('bind')})
          and otp_tries < ${mostOtpTries} and otp_expires_at > ${message.createdAt}
          and exists (select from message)
        returning 1
      ),
      closed as (
        ${insert(database`
          '' from mine where exists (select from message) and not exists (select from tried)`)}
      )
      select 1 from mine`
    return rows.count === 1 ? 'begun' : 'duplicate'
  } catch (error) {
    const { constraint_name: name } = error as { constraint_name?: string }
    if (name === 'binding_messages_binding_known' || name === 'binding_messages_one_open') {
      return 'closed'
    }
    throw error
  }
}
