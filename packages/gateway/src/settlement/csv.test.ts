import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Cell, toCsv } from './csv.ts'

const cases: readonly [cell: Cell, written: string][] = [
  ['INV-1', 'INV-1'],
  ['', ''],
  ['a,b', '"a,b"'],
  ['say "no"', '"say ""no"""'],
  ['two\nlines', '"two\nlines"'],
  ['two\r\nlines', '"two\r\nlines"'],
  [90000, '90000'],
  // A number is no formula, a text may be one.
  [-90000, '-90000'],
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
      ['1', 2],
    ]),
    'a,b\r\n1,2\r\n',
  )
  assert.equal(toCsv([]), '')
})
