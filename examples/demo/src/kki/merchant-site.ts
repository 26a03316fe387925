/**
 * The merchant's own server for KKI: two pages for the browser, the endpoint where the gateway gets
 * a token, and the endpoint for notifications that carry it.
 */
import {
  createMerchantTokens,
  type KkiNotification,
  type VerifiedSnapNotification,
  verifySnapNotification,
} from '@gerbang/client'
import { createInbox } from '../inbox.ts'
import { startMerchantServer } from '../merchant-server.ts'
import type { SnapCredentials } from '../sandbox.ts'
import { WrongStep } from '../wrong-step.ts'

type About = {
  readonly originalReferenceNo: string
  /** Of a refund, which is told beside its payment. */
  readonly refundNo?: string
}

export type KkiMerchantSite = {
  readonly boundUrl: string
  readonly notBoundUrl: string
  readonly snapTokenUrl: string
  readonly snapNotificationUrl: string
  /** How many tokens the gateway was given since this was asked last. */
  tokensGiven(): number
  /**
   * The notification about a number of the gateway's.
   * @throws WrongStep where it could not be verified, or none comes in time
   */
  notificationOf(about: About, timeoutMs: number): Promise<KkiNotification>
  close(): Promise<void>
}

/** Starts the server on a free loopback port. */
export async function startKkiMerchantSite({
  clientId,
  secretKey,
  privateKey,
  gatewayPublicKey,
}: SnapCredentials): Promise<KkiMerchantSite> {
  const tokens = createMerchantTokens({ clientId, gatewayPublicKey, privateKey })
  const inbox = createInbox<VerifiedSnapNotification>()
  let tokensGiven = 0
  const { origin, close } = await startMerchantServer({
    pages: {
      '/card/bound': 'Thank you! Your bank has confirmed your card.',
      '/card/not-bound': 'Your bank could not confirm your card.',
    },
    endpoints: {
      '/snap/token': (request) => {
        const answer = tokens.answer(request)
        if (answer.status === 200) tokensGiven += 1
        return answer
      },
      '/snap/notifications': (request) => {
        const result = verifySnapNotification({ ...request, secretKey, clientId, tokens })
        inbox.take(result)
        return result.answer
      },
    },
  })
  return {
    boundUrl: `${origin}/card/bound`,
    notBoundUrl: `${origin}/card/not-bound`,
    snapTokenUrl: `${origin}/snap/token`,
    snapNotificationUrl: `${origin}/snap/notifications`,
    tokensGiven: () => {
      const given = tokensGiven
      tokensGiven = 0
      return given
    },
    notificationOf: async (about, timeoutMs) => {
      const found = await inbox.find(
        (one) => !one.ok || isAbout(one.notification, about),
        timeoutMs,
      )
      if (found?.ok) return found.notification
      throw found
        ? new WrongStep('the notification', 'a token and signature that verify', found.reason)
        : new WrongStep(
            'the notification (see GET /sandbox/notifications?partnerReferenceNo=…)',
            `one of ${about.refundNo ?? about.originalReferenceNo} within ${timeoutMs / 1000} s`,
            'nothing',
          )
    },
    close,
  }
}

function isAbout(notification: KkiNotification, { originalReferenceNo, refundNo }: About): boolean {
  return (
    notification.originalReferenceNo === originalReferenceNo &&
    notification.additionalInfo.refundNo === refundNo
  )
}
