import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runDemo } from '@gerbang/example-demo'
import { createListeningWorld } from '../harness/listening.ts'
import { control, noteSecret } from '../harness/world.ts'

const world = await createListeningWorld({ config: { askDeadlineMs: 5_000 } })

test('the demo tells a whole payment over real HTTP and leaves the settings as they were', async () => {
  noteSecret('password', '123456')
  const lines: string[] = []
  await runDemo({ gatewayUrl: world.url, print: (line) => lines.push(line) })
  const story = lines.join('\n')
  for (const text of ['303', 'PAYMENT APPROVED', 'every signature verified']) {
    assert.ok(story.includes(text), `the story tells ${text}`)
  }
  assert.ok(!story.includes('5573381011111101'), 'the story shows no card number')
  assert.equal((await control(world, 'GET', '/sandbox/merchant')).body.notificationUrl, null)
})

test('the demo ends with an error where a step is wrong', async () => {
  await control(world, 'PATCH', '/sandbox/merchant', { threeDSecure: false })
  await assert.rejects(runDemo({ gatewayUrl: world.url, print: () => {} }))
})
