/**
 * A bankCardToken may stand in no table in clear: of a card that was bound, a notification's kept
 * body has none, and gets it when it is sent or shown.
 */
import { parseJsonText } from '@gerbang/wire'
import type { BindingId, MerchantId } from '../primitives/id.ts'

export type TokenOf = (merchantId: MerchantId, bindingId: BindingId) => Promise<string | undefined>

/** The body, with the token of its binding where it has one; undefined where that is gone. */
export async function bodyToSend(
  tokenOf: TokenOf,
  kept: { merchantId: MerchantId; bindingId: BindingId | null; body: string },
): Promise<{ readonly body: string; readonly bankCardToken?: string } | undefined> {
  if (kept.bindingId === null) return { body: kept.body }
  const bankCardToken = await tokenOf(kept.merchantId, kept.bindingId)
  if (bankCardToken === undefined) return undefined
  // Not JSON.parse: numbers of the merchant's stay as he wrote them.
  const json = parseJsonText(Buffer.from(kept.body))
  if (!json.ok) throw new Error(`a kept body cannot be read: ${json.reason}`)
  const { additionalInfo, ...members } = json.value as { additionalInfo: object }
  // Named where each client may look for it; the documents name no place.
  const body = JSON.stringify({
    ...members,
    bankCardToken,
    additionalInfo: { ...additionalInfo, bankCardToken },
  })
  return { body, bankCardToken }
}
