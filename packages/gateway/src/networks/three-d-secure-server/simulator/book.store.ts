import type { Database } from '../../../platform/database/index.ts'
import type { CardBrand } from '../electronic-commerce-indicator.ts'

/** C: challenge open. The others are EMV 3DS transaction statuses. */
export type BookStatus = 'C' | 'Y' | 'A' | 'N' | 'U' | 'R'

export type BookEntry = {
  readonly reference: string
  readonly maskedCardNumber: string
  readonly brand: CardBrand
  readonly status: BookStatus
  readonly eci: string
  readonly cryptogram: string | null
  readonly directoryServerTransactionId: string
  readonly version: string
  readonly receivedAt: Date
}

const columns = (database: Database) => database`
  reference, masked_card_number as "maskedCardNumber", brand, status, eci, cryptogram,
  directory_server_transaction_id as "directoryServerTransactionId", version,
  received_at as "receivedAt"`

/** Writes an authentication, or returns the one that is there under this reference. */
export async function writeAuthentication(
  database: Database,
  entry: BookEntry,
): Promise<BookEntry | undefined> {
  const [row] = await database<BookEntry[]>`
    insert into sandbox.three_d_secure_authentications (
      reference, masked_card_number, brand, status, eci, cryptogram,
      directory_server_transaction_id, version, received_at
    ) values (
      ${entry.reference}, ${entry.maskedCardNumber}, ${entry.brand}, ${entry.status}, ${entry.eci},
      ${entry.cryptogram}, ${entry.directoryServerTransactionId}, ${entry.version},
      ${entry.receivedAt}
    )
    on conflict (reference) do update set reference = excluded.reference
    returning ${columns(database)}`
  return row
}

export async function findAuthentication(
  database: Database,
  reference: string,
): Promise<BookEntry | undefined> {
  const [row] = await database<BookEntry[]>`
    select ${columns(database)}
    from sandbox.three_d_secure_authentications
    where reference = ${reference}`
  return row
}

/** Closes an open challenge with Y; undefined where it is not open. */
export async function passChallenge(
  database: Database,
  reference: string,
  proof: { eci: string; cryptogram: string },
): Promise<BookEntry | undefined> {
  const [row] = await database<BookEntry[]>`
    update sandbox.three_d_secure_authentications
    set status = 'Y', eci = ${proof.eci}, cryptogram = ${proof.cryptogram}
    where reference = ${reference} and status = 'C'
    returning ${columns(database)}`
  return row
}
