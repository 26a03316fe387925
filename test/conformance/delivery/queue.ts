/**
 * Notifications in a test's own hands: written as a settling statement writes them, and delivered by
 * a process's own delivery when the test says so.
 */
import { after } from 'node:test'
import { createMerchantTokens } from '../../../packages/gateway/src/access-tokens/index.ts'
import {
  createNotifications,
  type NewNotification,
  type Notifications,
} from '../../../packages/gateway/src/notifications/index.ts'
import { createLog } from '../../../packages/gateway/src/platform/log/index.ts'
import {
  createOutboundHttp,
  type OutboundDeps,
} from '../../../packages/gateway/src/platform/outbound-http/index.ts'
import {
  createIds,
  type MerchantId,
  type PaymentId,
} from '../../../packages/gateway/src/primitives/id.ts'
import { systemRandom } from '../../../packages/gateway/src/primitives/random.ts'
import { testGatewayKeys, type World } from '../../harness/world.ts'

export type Wish = {
  readonly merchantId: MerchantId
  readonly url: string
  readonly subject?: string
  readonly paymentId?: PaymentId
  readonly dialect?: 'cards' | 'snap'
  readonly dueAt?: Date
  readonly isUrlOverridden?: boolean
}

export type Queue = {
  readonly notifications: Notifications
  newPaymentId(): PaymentId
  /** Writes notifications in one statement; their numbers. */
  announce(wishes: readonly Wish[]): Promise<string[]>
  /** Begins what is due, and waits until nothing is under way. */
  deliver(): Promise<void>
  shown(merchantId: MerchantId, subject: string): ReturnType<Notifications['find']>
}

let last = 0

/** What a test may have otherwise than a process has it. */
export type QueueChange = Partial<
  Pick<Parameters<typeof createNotifications>[0], 'clock' | 'log' | 'merchants'>
>

/** A process's deliveries on the database of a world, whose own are best stopped. */
export function createQueue(
  { database, clock: worldClock, app }: World,
  outbound: Omit<OutboundDeps, 'clock'> = { targets: 'any' },
  change: QueueChange = {},
): Queue {
  const random = systemRandom
  const clock = change.clock ?? worldClock
  const ids = createIds(clock, random)
  const outboundHttp = createOutboundHttp({ clock, ...outbound })
  const notifications = createNotifications({
    database,
    merchants: app.merchants,
    outboundHttp,
    merchantTokens: createMerchantTokens({ keys: testGatewayKeys, outboundHttp, clock }),
    tokenOf: async () => undefined,
    clock,
    log: createLog({ level: 'silent' }),
    ids,
    random,
    ...change,
  })
  after(() => notifications.stop())
  return {
    notifications,
    newPaymentId: () => ids.next('payment'),
    announce: async (wishes) => {
      const made = wishes.map((wish): NewNotification => {
        last += 1
        const subject = wish.subject ?? `INV-QUEUE-${last}`
        return {
          operationId: ids.next('operation'),
          merchantId: wish.merchantId,
          dialect: wish.dialect ?? 'cards',
          paymentId: wish.paymentId,
          subject,
          url: wish.url,
          isUrlOverridden: wish.isUrlOverridden,
          body: JSON.stringify({ number: last, subject, additionalInfo: {} }),
          dueAt: wish.dueAt ?? clock.now(),
        }
      })
      const operationIds = made.map(({ operationId }) => operationId)
      const settled = database`(
        select operation_id, null::text as proposed, null::text as token
        from unnest(${operationIds}::text[]) as operation_id
      )`
      await database`${notifications.announce(database, made, settled)}`
      return made.map(({ subject }) => subject)
    },
    deliver: async () => {
      await notifications.delivery.runDue(clock.now())
      await notifications.idle()
    },
    shown: (merchantId, subject) => notifications.find(merchantId, { dialect: 'cards', subject }),
  }
}

/** Waits for what comes by itself, and hands it over; it fails after far longer than that takes. */
export async function until<T>(find: () => T | Promise<T>): Promise<T> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const found = await find()
    if (found) return found
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('it did not become so in 15 s')
}
