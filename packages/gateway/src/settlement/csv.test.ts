import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money, rupiah } from '../primitives/money.ts'
import { type Cell, toCsv } from './csv.ts'

const cases: readonly [cell: Cell, written: string][] = [
  ['INV-1', 'INV-1'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\r\nlines', '"two\r\nlines"'],
  [rupiah(90000n), '90000'],
  // An amount is no formula, a text may be one.
  [rupiah(-90000n), '-90000'],
  [money(1150050n, 'IDR'), '11500.50'],
  [money(-5n, 'IDR'), '-0.05'],
  [money(999999999999999999n, 'IDR'), '9999999999999999.99'],
  ['-90000', "'-90000"],
  ['=1+1', "'=1+1"],
  ['+62', "'+62"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\t=1', "'\t=1"],
  ['\r=1', `"'\r=1"`],
  ['  =1', "'  =1"],
  ['＝1', "'＝1"],
  ['=HYPERLINK("http://x.example","a")', `"'=HYPERLINK(""http://x.example"",""a"")"`],
  ['a=1', 'a=1'],
  ['411111******1111', '411111******1111'],
]

test('a cell is quoted where it has to be, and no text is a formula', () => {
  for (const [cell, written] of cases) assert.equal(toCsv([[cell]]), `${written}\r\n`)
})

test('rows end with CRLF and cells are parted by commas', () => {
  assert.equal(
    toCsv([
      ['a', 'b'],
      ['1', rupiah(2n)],
    ]),
    'a,b\r\n1,2\r\n',
  )
  assert.equal(toCsv([]), '')
})
