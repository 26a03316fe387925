/** Which rows are explained: each that the list names, and none else. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cardErrors, snapResponses } from '@gerbang/wire'
import { explain, isExplained } from './explain.ts'
import type { Known, Refused, SignedBy } from './explanation.ts'

const now = new Date('2026-09-21T03:30:00Z')
const known: Known = {
  merchant: undefined,
  others: [],
  now,
  businessNow: now,
  isOurs: () => false,
}
const refusedWith = (signedBy: SignedBy, row: string): Refused => ({
  signedBy,
  row,
  values: {},
  method: 'POST',
  url: '/somewhere?a=%',
  headers: {},
  body: Buffer.alloc(0),
})

for (const [signedBy, rows] of [
  ['cards', Object.keys(cardErrors)],
  ['snap-call', Object.keys(snapResponses)],
  ['snap-token', Object.keys(snapResponses)],
] as const) {
  test(`${signedBy}: of a row that is not explained nothing is said, whatever the request`, () => {
    const explained = rows.filter((row) => isExplained({ signedBy, row }))
    assert.ok(explained.length >= 3)
    for (const row of rows) {
      const finding = explain(refusedWith(signedBy, row), known)
      if (!explained.includes(row)) assert.equal(finding, undefined, row)
      // A signature is explained for a merchant only: of others it is not even looked at.
      else if (row !== 'invalid_signature' && row !== 'unauthorized') assert.ok(finding, row)
    }
  })
}
