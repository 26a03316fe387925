import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerText } from './answer-text.ts'

const signature = 'HMACSHA256=ab/cd+EFghIJklMNopQRstUVwx/yz0123456789ABCD='
const token = 'eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJtZXJjaGFudCJ9.c2lnbmF0dXJl'
const of = (text: string | Buffer, secrets: readonly string[] = []) =>
  answerText(Buffer.from(text), secrets)

test('a text is kept, in one line', () => {
  assert.equal(of('{"responseCode":"2005600"}'), '{"responseCode":"2005600"}')
  assert.equal(of('  Fatal error:\r\n\tno such table\n'), 'Fatal error: no such table')
  assert.equal(of('Terjadi kesalahan – coba lagi ✓'), 'Terjadi kesalahan – coba lagi ✓')
})

test('nothing, and what is no text, is not kept', () => {
  for (const head of ['', ' \n ', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1]), 'a\0b', 'a\x07b']) {
    assert.equal(of(head), undefined)
  }
  assert.equal(of(Buffer.from([0xc3, 0x28, 0x41])), undefined)
})

test('512 characters are kept, and a character that is cut is left out', () => {
  assert.equal(of('x'.repeat(5_000))?.length, 512)
  assert.equal(of(Buffer.from('é'.repeat(100)).subarray(0, 199)), 'é'.repeat(99))
  const emoji = of(`${'x'.repeat(511)}😀`)
  assert.ok(emoji?.isWellFormed() && emoji.length <= 512)
})

test('what turns or hides text is shown as a mark', () => {
  assert.equal(of('paid\u202enot\u200b'), 'paid\u{fffd}not\u{fffd}')
})

test('a signature or token that was sent is masked, whole or cut, also as JSON writes it', () => {
  const secrets = [signature, token, '']
  assert.equal(of(`you sent ${signature}, why?`, secrets), 'you sent [masked], why?')
  assert.equal(of(`Bearer ${token}`, secrets), 'Bearer [masked]')
  assert.equal(of(`Bearer ${token.slice(0, 30)}`, secrets), 'Bearer [masked]')
  const asPhp = JSON.stringify({ signature }).replaceAll('/', '\\/')
  assert.equal(of(asPhp, secrets), '{"signature":"[masked]"}')
  assert.equal(of('short: t1', ['t1']), 'short: [masked]')
})

for (const [where, write] of [
  ['by Gson', (text) => text.replaceAll('=', '\\u003d').replaceAll('+', '\\u002B')],
  ['in JSON within JSON', (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)],
  ['by PHP within JSON', (text) => text.replaceAll('/', '\\\\\\/')],
  ['in a URL', encodeURIComponent],
  [
    'in a URL, with small letters',
    (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  ],
  ['in a URL within a URL', (text) => encodeURIComponent(encodeURIComponent(text))],
  ['in HTML', (text) => text.replace(/[/=+]/g, (sign) => `&#x${sign.charCodeAt(0).toString(16)};`)],
  ['in HTML, in decimals', (text) => text.replace(/[/=+]/g, (sign) => `&#${sign.charCodeAt(0)};`)],
] as const satisfies readonly (readonly [string, (text: string) => string])[]) {
  test(`a signature is masked as it is written ${where}`, () => {
    const behindName = signature.slice('HMACSHA256='.length)
    for (const secret of [signature, behindName]) {
      assert.equal(of(`got "${write(secret)}", why?`, [secret]), 'got "[masked]", why?')
      // Of a form that is cut within a sign, the rest of the sign stays.
      assert.match(
        of(`got "${write(secret).slice(0, 40)}`, [secret]) ?? '',
        /^got "\[masked\]\W?.{0,4}$/,
      )
    }
  })
}

test('a secret that reaches over the cut is masked', () => {
  const kept = of(`${'x'.repeat(500)}${token}`, [token]) ?? ''
  assert.ok(!kept.includes('eyJ'), kept)
})

test('what looks like a card number is masked, and other numbers are not', () => {
  assert.equal(of('card 4111111111111111 refused'), 'card [masked] refused')
  assert.equal(of('order 4111111111111112'), 'order 4111111111111112')
})
