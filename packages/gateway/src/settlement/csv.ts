/**
 * CSV by RFC 4180: CRLF, and a cell is quoted where it has to be. A text that a spreadsheet would
 * run as a formula gets an apostrophe in front (OWASP, CSV Injection): an invoice number is the
 * merchant's word, and the report is opened by somebody else. Amounts are no formulas.
 */
import { type Money, rupiahDigits } from '../primitives/money.ts'

export type Cell = string | Money

export function toCsv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(toCell).join(',')}\r\n`).join('')
}

function toCell(cell: Cell): string {
  if (typeof cell !== 'string') return rupiahDigits(cell)
  const text = isFormula(cell) ? `'${cell}` : cell
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** Also after blanks, which spreadsheets pass over, and in the wide forms of Asian keyboards. */
function isFormula(text: string): boolean {
  return /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text)
}
