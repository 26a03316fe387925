/** The guides about SNAP and KKI that are pasted into a shell do what they say. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { snapResponses } from '@gerbang/wire'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld()
for (const cpan of ['9360001609987000000', '9360000812345678901']) noteSecret('card-number', cpan)
noteSecret('password', '123456')
noteSecret('password', '12345678')

const read = (name: string) =>
  readFileSync(new URL(`../../docs/guides/${name}.md`, import.meta.url), 'utf8')
const blocksOf = (text: string, language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block = '']) => block,
  )
const guide = read('kki')
const pasted = [...blocksOf(read('snap'), 'sh'), ...blocksOf(guide, 'sh')].join('')

/** What the pasted commands print, line by line. */
async function paste(shell: string): Promise<string[]> {
  // The merchant's private key is written where one stands.
  const cwd = mkdtempSync(join(tmpdir(), 'gerbang-guide-'))
  try {
    const script = pasted.replace('http://127.0.0.1:8080', world.url)
    const { stdout, stderr } = await promisify(execFile)(shell, ['-c', script], { cwd })
    assert.equal(stderr, '')
    return stdout.trim().split(/\r?\n/)
  } finally {
    rmSync(cwd, { recursive: true })
  }
}

const membersOf = (value: object): string[] =>
  Object.entries(value)
    .flatMap(([name, member]) =>
      typeof member === 'object' ? membersOf(member).map((inner) => `${name}.${inner}`) : [name],
    )
    .sort()

for (const shell of ['sh', 'bash']) {
  test(`pasted into ${shell}, cards are bound, paid with in every way, refunded and unbound`, async () => {
    // A run is told apart by its second.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    const lines = await paste(shell)
    const answers = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
    const codes = answers.map(({ responseCode }) => responseCode)
    const [token, bind, otp, page, pay, pending, status, refund, unbind] = [
      ...['2007300', '2000100', '2000400', '2000100', '2005400'],
      ...['2025400', '2005500', '2005800', '2000500'],
    ]
    assert.deepEqual(codes, [
      ...[token, bind, otp, page, pay, pay, pay, pay, pending],
      ...[undefined, status, refund, unbind, undefined],
    ])
    assert.match(lines.join('\n'), /^location: https:\/\/www\.merchant\.com\/bound\?.*SUCCESS$/im)
    assert.equal(answers[9].approved, true)
    // The token of the card that a payment bound.
    assert.match(answers[5].bankCardToken, /^[0-9a-f]{32}$/)
    const events = answers.at(-1).events.map(({ type }: { type: string }) => type)
    assert.ok(events.filter((type: string) => type === 'kki.card.bound').length >= 3)
    await checkSamples(answers)
    await theConfirmedIsPaid(answers[8].partnerReferenceNo)
  })
}

/** The answers that the guide shows have the members of the real ones. */
async function checkSamples(answers: readonly { responseCode?: string }[]): Promise<void> {
  const samples = blocksOf(guide, 'json').flatMap((block) =>
    block.split(/\n(?=\{)/).map((text) => JSON.parse(text)),
  )
  assert.equal(samples.length, 5)
  for (const sample of samples) {
    const real = answers.find(({ responseCode }) => responseCode === sample.responseCode)
    assert.ok(real, sample.responseCode)
    assert.deepEqual(membersOf(sample), membersOf(real))
  }
}

async function theConfirmedIsPaid(partnerReferenceNo: string): Promise<void> {
  await control(world, 'POST', '/sandbox/clock', { advanceMs: 1_000 })
  const path = `/sandbox/kki/messages?partnerReferenceNo=${partnerReferenceNo}`
  const { messages } = (await control(world, 'GET', path)).body
  assert.equal(messages[0].responseCode, '00')
}

test('every code that the guide explains is in the table of codes, with its message', () => {
  const rows = [...guide.matchAll(/^\| (`\d{3}(?:xx|\d\d)\d\d`.*?) \| (.*?) \|/gm)]
  assert.ok(rows.length > 15)
  const known = Object.values(snapResponses)
  for (const [, codes = '', messages = ''] of rows) {
    const shown = [...codes.matchAll(/`(\d{3})(?:xx|\d\d)(\d\d)`/g)]
    const texts = messages.split(', ')
    shown.forEach(([code, status, caseCode], index) => {
      const text = texts[index] ?? ''
      const isKnown = known.some(
        (row) =>
          row.status === Number(status) &&
          row.caseCode === caseCode &&
          text.startsWith(row.message.split(/[.{]/)[0]?.trim() ?? ''),
      )
      assert.ok(isKnown, `${code} ${text}`)
    })
  }
})
