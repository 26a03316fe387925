import { cards, checkBody, paths, post, type World } from '../harness/world.ts'

/** Begins an authentication that ends on these URLs, and gives the URL of its page. */
export async function beginAuthentication(
  world: World,
  ends: { readonly success: string; readonly failed: string; readonly number?: string },
): Promise<string> {
  const body = {
    ...checkBody({ number: ends.number ?? cards.challenge }),
    three_dsecure: { callback_url_success: ends.success, callback_url_failed: ends.failed },
  }
  const answer = await post(world, paths.check, body)
  if (answer.status !== 200) throw new Error(`check answered ${answer.text}`)
  return answer.body.three_dsecure.authentication_url
}
