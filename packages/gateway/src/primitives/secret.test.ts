import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import { Secret } from './secret.ts'

test('a secret never shows what it holds, wherever it lands', () => {
  const digits = '5573381011111101'
  for (const secret of [new Secret(digits), new Secret(Buffer.from(digits))]) {
    const holder = { card: { number: secret }, list: [secret] }
    for (const shown of [
      String(secret),
      `${secret}`,
      `a${secret}`,
      JSON.stringify(secret),
      JSON.stringify(holder),
      inspect(secret),
      inspect(holder, { depth: 9, showHidden: true, getters: true }),
      format('%s %o %j', secret, secret, secret),
      new Error(`card ${secret}`).stack ?? '',
      JSON.stringify({ ...secret }),
      Object.entries(secret).join(),
      JSON.stringify(structuredClone({ ...secret })),
    ]) {
      assert.ok(!shown.includes(digits), shown)
      assert.ok(!shown.includes('35 35 37'), shown)
    }
    assert.equal(`${secret}`, '[secret]')
  }
})

test('a secret gives its value only to the function that is passed in', () => {
  assert.equal(
    new Secret('123').reveal((value) => value.length),
    3,
  )
})
