/** The merchant's own server: two pages for the browser and the endpoint for notifications. */
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import {
  type TransactionReport,
  type VerifiedNotification,
  verifyNotification,
} from '@gerbang/client'
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
  const results: VerifiedNotification[] = []
  const arrivals = new EventEmitter()
  const server = createServer(async (request, response) => {
    const path = request.url ?? ''
    if (request.method === 'POST' && path === '/notifications') {
      const body = await buffer(request)
      const result = verifyNotification({ headers: request.headers, body, path, ...credentials })
      response.writeHead(result.ok ? 200 : 401).end()
      results.push(result)
      arrivals.emit('notification')
      return
    }
    const text = request.method === 'GET' ? pages[path] : undefined
    response.writeHead(text ? 200 : 404, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(`<!doctype html><title>Demo shop</title><p>${text ?? 'No such page.'}</p>`)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve)
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const find = (about: About) =>
    results.find((one) => {
      if (!one.ok) return true
      const { order, transaction } = one.notification
      return order.invoice_number === about.invoiceNumber && transaction.status === about.status
    })

  return {
    successUrl: `${origin}/payment/success`,
    failedUrl: `${origin}/payment/failed`,
    notificationUrl: `${origin}/notifications`,
    notificationOf: async (about, timeoutMs) => {
      const signal = AbortSignal.timeout(timeoutMs)
      for (;;) {
        const found = find(about)
        if (found) return found
        await once(arrivals, 'notification', { signal }).catch(() => {
          throw new WrongStep(
            'the notification (see GET /sandbox/notifications?invoiceNumber=…)',
            `${about.status} of ${about.invoiceNumber} within ${timeoutMs / 1000} s`,
            'nothing',
          )
        })
      }
    },
    close: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      return closed
    },
  }
}
