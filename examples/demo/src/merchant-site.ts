/** The merchant's own server: two pages for the browser and the endpoint for notifications. */
import {
  type TransactionReport,
  type VerifiedNotification,
  verifyNotification,
} from '@gerbang/client'
import { createInbox } from './inbox.ts'
import { startMerchantServer } from './merchant-server.ts'
import { WrongStep } from './wrong-step.ts'

type About = {
  readonly invoiceNumber: string
  readonly status: TransactionReport['transaction']['status']
}

export type MerchantSite = {
  readonly successUrl: string
  readonly failedUrl: string
  readonly notificationUrl: string
  /** The notification that says so of an invoice, or the first that could not be verified. */
  notificationOf(about: About, timeoutMs: number): Promise<VerifiedNotification>
  close(): Promise<void>
}

const pages: Readonly<Record<string, string>> = {
  '/payment/success': 'Thank you! Your card is being charged.',
  '/payment/failed': 'Your bank could not confirm that it was you. Nothing was charged.',
}

/** Starts the server on a free loopback port. */
export async function startMerchantSite(credentials: {
  clientId: string
  secretKey: string
}): Promise<MerchantSite> {
  const inbox = createInbox<VerifiedNotification>()
  const { origin, close } = await startMerchantServer({
    pages,
    endpoints: {
      '/notifications': (request) => {
        const result = verifyNotification({ ...request, ...credentials })
        inbox.take(result)
        return { status: result.ok ? 200 : 401 }
      },
    },
  })
  return {
    successUrl: `${origin}/payment/success`,
    failedUrl: `${origin}/payment/failed`,
    notificationUrl: `${origin}/notifications`,
    notificationOf: async ({ invoiceNumber, status }, timeoutMs) => {
      const found = await inbox.find((one) => {
        if (!one.ok) return true
        const { order, transaction } = one.notification
        return order.invoice_number === invoiceNumber && transaction.status === status
      }, timeoutMs)
      if (found) return found
      throw new WrongStep(
        'the notification (see GET /sandbox/notifications?invoiceNumber=…)',
        `${status} of ${invoiceNumber} within ${timeoutMs / 1000} s`,
        'nothing',
      )
    },
    close,
  }
}
