/** Where the browser is sent after the challenge: to the merchant's URLs, exactly as given. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBody, createWorld } from '../../harness/world.ts'
import { assertRefused, check, parameter } from '../calls.ts'

const world = await createWorld()

test('callback URLs must be absolute http(s) URLs of at most 2048 characters', async () => {
  const long = `https://www.merchant.com/${'x'.repeat(2_048)}`
  const wrong = [
    '/relative',
    'www.merchant.com',
    'javascript:alert(1)',
    'ftp://a.b/c',
    'https://a b/',
  ]
  for (const name of ['callback_url_success', 'callback_url_failed']) {
    const field = `three_dsecure.${name}`
    const answerTo = async (url: unknown) => {
      const body = checkBody()
      return check(world, { ...body, three_dsecure: { ...body.three_dsecure, [name]: url } })
    }
    for (const url of [...wrong, 'https://a.b/\r\nSet-Cookie: x=1', 7]) {
      assert.match((await answerTo(url)).body.error.message, new RegExp(`^${field} is invalid$`))
    }
    for (const url of ['', null])
      assertRefused(await answerTo(url), parameter(`${field} is required`))
    const tooLong = parameter(`${field} must not be longer than 2048 characters`)
    assertRefused(await answerTo(long), tooLong)
  }
})

test('the browser is sent to the callback URL exactly as it was given', async () => {
  const url = "https://user@www.Merchant.com:443/a/../b;c?x=%2F&y=a+b&z=[1]&q='#frag"
  const body = checkBody()
  const answer = await check(world, {
    ...body,
    three_dsecure: { callback_url_success: url, callback_url_failed: url },
  })
  const page = new URL(answer.body.three_dsecure.authentication_url).pathname
  const { headers } = await world.app.server.inject({ method: 'GET', url: page })
  assert.equal(headers.location, url)
})
