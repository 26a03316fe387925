/** The one-time tokens that the simulated issuer's app gave out; each serves one message. */
import type { Database, Transaction } from '../../../platform/database/index.ts'
import { codes } from '../response-codes.ts'

/** False where this card has this token already. */
export async function insertOtt(
  database: Database,
  fingerprint: Buffer,
  expiresAt: Date,
): Promise<boolean> {
  const rows = await database`
    insert into sandbox.kki_otts (fingerprint, expires_at)
    values (${fingerprint}, ${expiresAt})
    on conflict (fingerprint) do nothing
    returning true`
  return rows.length > 0
}

/** Uses a token up; what it is refused with where it cannot be used. */
export async function useOtt(
  transaction: Transaction,
  fingerprint: Buffer,
  now: Date,
): Promise<string | undefined> {
  const [row] = await transaction<{ used: boolean; expiresAt: Date }[]>`
    select used, expires_at as "expiresAt"
    from sandbox.kki_otts
    where fingerprint = ${fingerprint}
    for update`
  if (!row || row.used) return codes.invalid_ott
  if (row.expiresAt <= now) return codes.ott_expired
  await transaction`
    update sandbox.kki_otts set used = true where fingerprint = ${fingerprint}`
  return undefined
}
