/** Tries of one-time passwords: counted and asked by one statement, before anything is compared. */
import type { Database } from '../../platform/database/index.ts'
import { claimRequests, type RequestClaim } from '../../requests/index.ts'
import { type Binding, type BindingMessage, mostOtpTries } from '../binding.ts'
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
 * Counts a try and writes its message down. Not repeatable, as the count is not: who loses the
 * connection has perhaps lost a try.
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
  try {
    const rows = await database`
      with ${mine},
      tried as (
        update bindings
        set otp_tries = otp_tries + 1
        where merchant_id = ${binding.merchantId} and binding_id = ${binding.bindingId}
          and state = 'pending' and otp_tries < ${mostOtpTries}
          and otp_expires_at > ${message.createdAt} and exists (select from mine)
        returning binding_id
      ),
      message as (
        ${insertMessage(
          database,
          { ...begin, newBinding: { binding } },
          database`coalesce((select binding_id from tried), '') from mine`,
        )}
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
