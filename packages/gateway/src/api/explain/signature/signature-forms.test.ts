/** How signatures are written, and what is read of them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readCardSignature, readSnapSignature } from './signature-forms.ts'

const mac = Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i))
const base64 = mac.toString('base64')
const hex = mac.toString('hex')

const cards: readonly (readonly [string, readonly string[]])[] = [
  [`HMACSHA256=${base64}`, []],
  [`HMACSHA256=${base64.replace('=', '')}`, []],
  [base64, ['missing-prefix']],
  [`HMACSHA256=HMACSHA256=${base64}`, ['double-prefix']],
  [`HmacSHA256=${base64}`, ['wrong-prefix']],
  [`SHA256:${base64}`, ['wrong-prefix']],
  [`HMACSHA256=${hex}`, ['hex-instead-of-base64']],
  [`HMACSHA256=${hex.toUpperCase()}`, ['hex-instead-of-base64']],
  [hex, ['missing-prefix', 'hex-instead-of-base64']],
  [`HMACSHA256=${Buffer.from(hex).toString('base64')}`, ['base64-of-hex']],
  [`HMACSHA256=${mac.toString('base64url')}`, ['base64url']],
  [`HMACSHA256=${encodeURIComponent(base64)}`, ['url-encoded']],
  [encodeURIComponent(`HMACSHA256=${base64}`), ['url-encoded']],
  [encodeURIComponent(encodeURIComponent(`HMACSHA256=${base64}`)), ['url-encoded']],
  [`HMACSHA256=b'${base64}'`, ['signature-in-quotes']],
  [`"HMACSHA256=${base64}"`, ['signature-in-quotes']],
  [`HMACSHA256=${Buffer.from(base64).toString('base64')}`, ['base64-of-base64']],
]
for (const [header, causes] of cards) {
  test(`in ${header} the signature is read, and named is: ${causes.join(', ') || 'nothing'}`, () => {
    const read = readCardSignature(header)
    assert.deepEqual(
      read.causes.map(({ cause }) => cause),
      causes,
    )
    assert.deepEqual(read.bytes, mac)
  })
}

for (const header of [
  'HMACSHA256=',
  'HMACSHA256=é',
  'secret',
  'HMACSHA256=AAAA',
  '%',
  '%zz',
  '=',
  // Texts that are as long as a signature: keys and passwords.
  `HMACSHA256=${Buffer.from('x'.repeat(32)).toString('base64')}`,
  `HMACSHA256=${Buffer.from('x'.repeat(32)).toString('hex')}`,
  `HMACSHA256=SK-${'x'.repeat(40)}`,
  `HMACSHA256=${'x'.repeat(22)}`,
  `HMACSHA256=%${'25'.repeat(5_000)}3D`,
]) {
  test(`${header.slice(0, 40)} of ${header.length} characters is no signature`, () => {
    const { bytes, causes } = readCardSignature(header)
    assert.equal(bytes, undefined)
    assert.deepEqual(
      causes.map(({ cause }) => cause),
      ['signature-malformed'],
    )
  })
}

test('SNAP wants no prefix', () => {
  assert.deepEqual(readSnapSignature(base64), { causes: [], bytes: mac })
  const read = readSnapSignature(`HMACSHA512=${base64}`)
  assert.deepEqual([read.causes[0]?.cause, read.bytes], ['prefix-not-wanted', mac])
})
