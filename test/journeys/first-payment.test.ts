/** The guide that is pasted into a shell pays as it stands there. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createListeningWorld } from '../harness/listening.ts'
import { noteSecret } from '../harness/world.ts'

const world = await createListeningWorld()
const guide = readFileSync(new URL('../../docs/guides/first-payment.md', import.meta.url), 'utf8')
const pasted = [...guide.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) => text).join('')

for (const shell of ['sh', 'bash']) {
  test(`pasted into ${shell}, check, password, charge and status lead to SUCCESS`, async () => {
    noteSecret('card-number', '5573381011111101')
    noteSecret('password', '123456')
    const script = pasted.replace('http://127.0.0.1:8080', world.url)
    const { stdout } = await promisify(execFile)(shell, ['-c', script])
    const [check, ...rest] = stdout.trim().split('\n')
    assert.match(check ?? '', /"enrollment_status":true/)
    assert.match(
      rest.join('\n'),
      /^HTTP\/1\.1 303 [\s\S]*location: https:\/\/www\.merchant\.com\/success/,
    )
    const [charge, status] = rest.slice(-2).map((line) => JSON.parse(line))
    assert.equal(charge.payment.status, 'SUCCESS')
    assert.equal(status.transaction.status, 'SUCCESS')
    assert.equal(status.transaction.original_request_id, charge.payment.request_id)
  })
}
