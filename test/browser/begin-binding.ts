import { bindBody, served } from '../conformance/kki/calls.ts'
import { sandboxSnapMerchant } from '../harness/snap.ts'
import type { World } from '../harness/world.ts'

/** Begins the binding of a card that ends on these URLs, if any, and gives the URL of its page. */
export async function beginBinding(
  world: World,
  ends: { readonly success?: string; readonly failed?: string } = {},
): Promise<{ readonly pageUrl: string; readonly referenceNo: string }> {
  const merchant = { world, ...(await sandboxSnapMerchant(world)) }
  const body = bindBody(merchant)
  const { redirectUrl, referenceNo } = await served(merchant, 'bind-card', {
    ...body,
    additionalInfo: {
      channel: body.additionalInfo.channel,
      successRegistrationUrl: ends.success,
      failedRegistrationUrl: ends.failed,
    },
  })
  return { pageUrl: redirectUrl, referenceNo }
}
