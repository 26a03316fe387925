/** What a connector claims it does; what it does not claim it never calls done. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AcquirerWorld, assertRefused, createDesk, percent } from './world.ts'

export function testCapabilities(name: string, world: AcquirerWorld): void {
  const desk = createDesk(world)
  const { capabilities } = world.acquirer

  test(`${name}: an inquiry ${capabilities.inquiry ? 'answers' : 'knows nothing'}`, async () => {
    const sale = await desk.approved(desk.first('sale'))
    const expected = capabilities.inquiry ? ['approved', 'not_found'] : ['unknown', 'unknown']
    const found = [await desk.inquire(sale), await desk.inquire(desk.first('sale'))]
    assert.deepEqual(
      found.map(({ kind }) => kind),
      expected,
    )
  })

  test(`${name}: a void ${capabilities.void ? 'takes back' : 'is refused'}`, async () => {
    const sale = await desk.approved(desk.first('sale'))
    const voided = desk.follow('void', sale)
    if (capabilities.void) await desk.approved(voided)
    else await assertRefused(voided)
  })

  test(`${name}: a refund ${capabilities.onlineRefund ? 'gives back' : 'is refused'}`, async () => {
    const sale = await desk.approved(desk.first('sale'))
    const refund = desk.follow('refund', sale, percent(60n))
    if (capabilities.onlineRefund) return void (await desk.approved(refund))
    await assertRefused(refund)
    // It gave nothing back: the whole can still be voided.
    if (capabilities.void) await desk.approved(desk.follow('void', sale))
  })

  test(`${name}: a reversal in part ${
    capabilities.partialReversal ? 'releases a part' : 'releases nothing'
  }`, async () => {
    const authorization = await desk.approved(desk.first('authorize'))
    const answer = await desk.reverse(authorization, percent(40n))
    if (!capabilities.partialReversal) {
      assert.equal(answer.kind, 'unknown')
      return void (await desk.approved(desk.follow('capture', authorization)))
    }
    assert.deepEqual(answer, { kind: 'acknowledged' })
    await assertRefused(desk.follow('capture', authorization, percent(61n)))
    await desk.approved(desk.follow('capture', authorization, percent(60n)))
  })

  test(`${name}: the rest of a capture is released and the capture stands`, async (t) => {
    if (!capabilities.partialReversal) return t.skip('the acquirer claims no partial reversal')
    const authorization = await desk.approved(desk.first('authorize'))
    const capture = await desk.approved(desk.follow('capture', authorization, percent(60n)))
    assert.deepEqual(await desk.reverse(authorization, percent(40n)), { kind: 'acknowledged' })
    if (capabilities.inquiry) assert.equal((await desk.inquire(capture)).kind, 'approved')
    if (capabilities.void) await desk.approved(desk.follow('void', capture))
  })
}
