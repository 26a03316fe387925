/** What a merchant of KKI was told in answers, against the gateway's book. */
import assert from 'node:assert/strict'
import type { Database } from '../../packages/gateway/src/platform/database/index.ts'
import type { Answer } from '../harness/world.ts'

/** Everything that was asked under a number of the merchant's; undefined was never answered. */
type Asked = { readonly value: string; readonly answers: (Answer | undefined)[] }

export type Told = {
  /** By partnerReferenceNo. */
  readonly payments: Map<string, Asked>
  /** By partnerRefundNo. */
  readonly refunds: Map<string, Asked>
}

type Kept = { number: string; amount: bigint; state: string; referenceNo: string }

/**
 * Holds every answer against the book, when nothing is under way any more: what was served is there
 * as it was told, once; what was refused is not.
 */
export async function assertToldIsKept(database: Database, told: Told): Promise<void> {
  const payments = await database<Kept[]>`
    select invoice_number as number, amount_minor as amount, state, reference_no as "referenceNo"
    from payments
    where channel = 'KARTU_KREDIT_INDONESIA'`
  assertKept(told.payments, payments, {
    standing: ['captured', 'refunded'],
    // The same number again is refused so, whatever became of the first.
    repeated: /^409540[01]$/,
  })
  const refunds = await database<Kept[]>`
    select partner_reference_no as number, amount_minor as amount, state,
      reference_no as "referenceNo"
    from operations
    where kind = 'refund' and partner_reference_no is not null`
  assertKept(told.refunds, refunds, { standing: ['approved'], repeated: /^4095800$/ })
}

function assertKept(
  told: ReadonlyMap<string, Asked>,
  book: readonly Kept[],
  { standing, repeated }: { readonly standing: readonly string[]; readonly repeated: RegExp },
): void {
  const kept = new Map(book.map((row) => [row.number, row]))
  assert.equal(kept.size, book.length, 'a number is in the book twice')
  for (const [number, { value, answers }] of told) {
    const row = kept.get(number)
    const given = answers.flatMap((answer) => answer ?? [])
    const served = given.filter(({ status }) => status < 300)
    const refused = given.filter(
      ({ status, body }) => status >= 300 && !repeated.test(body.responseCode),
    )
    const story = `${number} of ${value}: ${given.map(({ text }) => text).join(' ')}`
    const stands = row !== undefined && standing.includes(row.state)
    if (row) assert.equal(row.amount, BigInt(value.replace('.', '')), story)
    for (const { status, body } of served) {
      const name = body.refundNo ?? body.referenceNo
      assert.equal(row?.referenceNo, name, `${story} is not in the book`)
      if (status === 200) assert.ok(stands, `${story} is ${row?.state}`)
    }
    const isOpen = served.length > 0 || given.length < answers.length
    if (refused.length > 0 && !isOpen) assert.ok(!stands, `${story} is ${row?.state}`)
  }
}
