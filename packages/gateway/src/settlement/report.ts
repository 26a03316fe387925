/**
 * The settlement report: what a batch holds of one merchant, a line for each capture and each
 * refund. A batch does not change once it is told to the acquirer, so a report stays as it is: a
 * refund that comes after its payment's batch is a negative line of a later one.
 */
import type { BatchLine } from '../payments/index.ts'
import { money } from '../primitives/money.ts'
import type { Batch } from './batch.ts'
import { type Cell, toCsv } from './csv.ts'
import { formatJakartaTime } from './jakarta-time.ts'

const columns = [
  'batch',
  'client_id',
  'mid',
  'tid',
  'invoice_number',
  'line',
  'payment_type',
  'masked_card_number',
  'brand',
  'approval_code',
  'rrn',
  'captured_amount',
  'refunded_amount',
  'net_amount',
  'captured_at',
  'refunded_at',
] as const

export function writeReport(
  { batchId }: Pick<Batch, 'batchId'>,
  clientId: string,
  lines: readonly BatchLine[],
): string {
  return toCsv([columns, ...lines.map((line) => toRow(batchId, clientId, line))])
}

function toRow(batchId: string, clientId: string, line: BatchLine): Cell[] {
  const { capturedMinor, refundedMinor } = line
  return [
    batchId,
    clientId,
    line.mid,
    line.tid,
    line.invoiceNumber,
    line.line,
    line.type,
    line.maskedCardNumber,
    line.brand,
    line.approvalCode ?? '',
    line.rrn,
    money(capturedMinor, 'IDR'),
    money(refundedMinor, 'IDR'),
    money(capturedMinor - refundedMinor, 'IDR'),
    formatJakartaTime(line.capturedAt),
    line.refundedAt ? formatJakartaTime(line.refundedAt) : '',
  ]
}
