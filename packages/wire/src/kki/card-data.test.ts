import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { test } from 'node:test'
import { decryptCardData, encryptCardData } from './card-data.ts'

const sharedKey = 'SK-exampleSecretKey00001'
const plain = '{"bankCardNo":"9360001609987000000","bankCardType":"C","expiryDate":"1228"}'
const iv = Buffer.from(Array.from({ length: 16 }, (_, i) => i))
// wire.md 7.5, computed there.
const vector =
  'luTeIXSt5vstuohnwcm3jFdMGm4zcEKx+6nDaGajy2MPYR8lmLZg1LtUFI8BFyUVK3OxmnT3B2dxx2o3M74PpPWcakLCggsRo/B5g/bKWgU=|AAECAwQFBgcICQoLDA0ODw=='

test('the vector of the documents comes out, both ways', () => {
  assert.equal(encryptCardData(plain, sharedKey, iv), vector)
  assert.equal(decryptCardData(vector, sharedKey), plain)
})

for (const key of ['short', 'exactly-16-chars', 'a key that is longer than sixteen', 'kunci-é']) {
  test(`a key of ${key.length} characters is cut or padded to 16`, () => {
    assert.equal(decryptCardData(encryptCardData(plain, key, iv), key), plain)
  })
}

/** The seed's form: base64 without an IV part. */
function withoutIvPart(form: 'leading' | 'zero'): string {
  const used = form === 'zero' ? Buffer.alloc(16) : iv
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(sharedKey.slice(0, 16)), used)
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()])
  return (form === 'zero' ? sealed : Buffer.concat([iv, sealed])).toString('base64')
}

for (const form of ['leading', 'zero'] as const) {
  test(`the form without an IV part is read: IV ${form}`, () => {
    assert.equal(decryptCardData(withoutIvPart(form), sharedKey), plain)
  })
}

for (const [what, cardData] of [
  ['nothing', ''],
  ['no base64', '!!!|???'],
  ['half a block', 'AAECAwQFBgc=|AAECAwQFBgcICQoLDA0ODw=='],
  ['an IV of 8 bytes', `${vector.split('|')[0]}|AAECAwQFBgc=`],
  ['plain text', plain],
  ['a changed byte', vector.replace('luTe', 'luTf')],
  ['a list', encryptCardData('["9360001609987000000"]', sharedKey, iv)],
  ['a huge text', 'A'.repeat(100_000)],
] as const) {
  test(`${what} gives nothing`, () => {
    assert.equal(decryptCardData(cardData, sharedKey), undefined)
  })
}

test('another key gives nothing', () => {
  assert.equal(decryptCardData(vector, 'SK-another-key-0001'), undefined)
})
