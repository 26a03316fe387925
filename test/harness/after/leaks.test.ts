/**
 * After all tests: no card number, CPAN, CVV, OTT, one-time password, bankCardToken, plain digest of a
 * card's body, secret key or private key stands in any table or log that the tests left. The worlds noted what they
 * sent (world.ts, noteSecret); the launcher names the server and the folder.
 */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createTestDatabase } from '../database.ts'
import { findLeaks, readSecrets, type Secrets } from './leak-patterns.ts'
import { notesFile, scanDatabase, scanLogs, testDatabases } from './scan.ts'

const traces = process.env['GERBANG_TEST_TRACES']
if (traces === undefined) throw new Error('The launcher runs this file: npm test')
const notes = join(traces, notesFile)
const secrets = readSecrets(existsSync(notes) ? readFileSync(notes, 'utf8') : '')
/** Of the files that were named on the command line none may have had a world. */
const isPartial = process.env['GERBANG_TEST_PARTIAL'] === '1'
const skip = isPartial && secrets.cardNumbers.size === 0 && 'no test of this run had a card'

test('no test left a secret in a table', { skip }, async (t) => {
  const names = await testDatabases()
  let rows = 0
  const leaks = []
  for (const name of names) {
    const scanned = await scanDatabase(name, secrets)
    rows += scanned.rows
    leaks.push(...scanned.leaks)
  }
  assert.deepEqual(leaks.slice(0, 20), [])
  assert.ok(names.length > 0 && rows > 0, 'nothing was scanned')
  t.diagnostic(`${rows} rows of ${names.length} databases`)
})

test('no test left a secret in a log', { skip }, (t) => {
  const { leaks, files } = scanLogs(traces, secrets)
  assert.deepEqual(leaks.slice(0, 20), [])
  assert.ok(files.length > 0, 'nothing was scanned')
  t.diagnostic(`${files.length} log files`)
})

test('the tests noted what to look for', { skip }, (t) => {
  const { cardNumbers, digests, passwords, tokens } = secrets
  assert.ok(cardNumbers.size > 0 && digests.size > 0, 'nothing was noted')
  t.diagnostic(
    `${cardNumbers.size} card numbers, ${passwords.size} passwords, ${digests.size} digests, ${tokens.size} tokens`,
  )
})

// The search itself, over what is planted here.

const number = '5573381011111101'
const cpan = '9360001609987000000'
const bankCardToken = 'de52e5820f4c381db88a1cf91d57b73e'
const body = `{"card":{"number":"${number}","cvv":"123"}}`
const digest = createHash('sha256').update(body).digest()
const planted: Secrets = readSecrets(
  [
    { kind: 'card-number', value: number },
    { kind: 'password', value: '123456' },
    { kind: 'password', value: '1' },
    { kind: 'cvv', value: '123' },
    { kind: 'digest', value: digest.toString('base64') },
    { kind: 'digest', value: digest.toString('hex') },
    { kind: 'card-number', value: cpan },
    { kind: 'password', value: '73500217' },
    { kind: 'token', value: bankCardToken },
  ]
    .map((note) => `${JSON.stringify(note)}\n`)
    .join(''),
)

const leaky: readonly (readonly [string, string])[] = [
  ['a card number', `"number":"${number}"`],
  ['a card number in groups', '5573 3810 1111 1101'],
  ['a card number with dashes', 'card 5573-3810-1111-1101!'],
  ['a card number inside of digits', `00${number}99`],
  ['a CVV', '{"cvv":"917"}'],
  ['a CVV in escaped JSON', '{"body":"{\\"cvv\\": \\"917\\"}"}'],
  ['a CVV as a number', '{ "CVV" : 917 }'],
  ['a password member', '{"otp":"000000"}'],
  ['a password in a form', 'body otp=000000&x'],
  ['a password as a word', 'entered 123456.'],
  ['a password as a value', '{"given":"123456"}'],
  ['a digest in base64', `Digest:${digest.toString('base64')}`],
  ['a digest in base64url', digest.toString('base64url')],
  ['a digest in hex', `\\x${digest.toString('hex')}`],
  ['a digest in upper case', digest.toString('hex').toUpperCase()],
  ['a CPAN', `{"chargeToken":${cpan}}`],
  ['an OTT', '{"ott":"73500217"}'],
  ['a bankCardToken', `{"bankCardToken":"${bankCardToken}"}`],
  ['a token in a URL', `/tokens/${bankCardToken}?x`],
  ['a token in upper case', bankCardToken.toUpperCase()],
  ['a token inside of digits', `00${bankCardToken}ff`],
  ['a secret key', 'SK-GerbangSandbox0001'],
  ['a private key', '-----BEGIN PRIVATE KEY-----'],
  ['an RSA private key', '-----BEGIN RSA PRIVATE KEY-----'],
]
for (const [what, text] of leaky) {
  test(`the search finds ${what}`, () => {
    assert.ok(findLeaks(text, planted).length > 0)
  })
}

test('the search leaves what may be shown alone', () => {
  for (const text of [
    '557338******1101',
    '936000******0000',
    'ref_01a1fdef0ecb814974bd93921a43ad1e',
    '{"approval_code":"123456","stan":"123456"}',
    '{\\"approval_code\\":\\"123456\\"}',
    '{"cvv":"[secret]","otp":null,"password_tries":3}',
    '2026-11-21T03:17:49.123456Z',
    'INV-123456789',
    createHash('sha256').update('another').digest('hex'),
    '-----BEGIN PUBLIC KEY-----',
    'MCH-0001-10791114622547',
    '"cvv is required"',
  ]) {
    assert.deepEqual(findLeaks(text, planted), [], text)
  }
})

test('the search finds what is planted in a table, whatever the column', async (t) => {
  const database = await createTestDatabase()
  t.after(() => database.drop())
  const sql = database.connect(1)
  await sql`create schema planted`
  await sql`create table planted.cards (a_text text, a_json jsonb, bytes bytea)`
  const insert = (text: string, json: object, bytes: Buffer) =>
    sql`insert into planted.cards values (${text}, ${sql.json({ ...json })}, ${bytes})`
  await insert(`card ${number}`, {}, Buffer.alloc(1))
  await insert('', { deep: { card: [number] } }, Buffer.alloc(1))
  await insert('', {}, Buffer.from(`\0\xff${number}\0`, 'latin1'))
  await insert('', {}, digest)
  await insert('', {}, Buffer.from(`\0${bankCardToken}`, 'latin1'))
  await insert('nothing', {}, Buffer.from('nothing'))
  const { leaks } = await scanDatabase(database.name, planted)
  const found = leaks.filter(({ where }) => where.endsWith('planted.cards'))
  assert.equal(found.length, 5)
})

test('the search finds what is planted in a log', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gerbang-leak-'))
  writeFileSync(join(folder, 'a.log'), `{"msg":"fine"}\n{"msg":"${number}"}\n`)
  writeFileSync(join(folder, notesFile), number)
  const { leaks, files } = scanLogs(folder, planted)
  assert.deepEqual(files, ['a.log'])
  assert.deepEqual(leaks, [{ where: 'a.log:2', what: 'a card number that ends in 1101' }])
})
