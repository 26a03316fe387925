import { setMaxListeners } from 'node:events'
import { later } from '../primitives/clock.ts'
import type { MerchantId } from '../primitives/id.ts'
import { type AttemptDeps, attempt } from './attempt.ts'
import { type ClaimedNotification, claimDue, type UnderWay } from './delivery.store.ts'

/** Longer than any attempt can take, so that a lease ends only when its holder is dead or stalls. */
const leaseMs = 20_000

/** Deliveries under way at once in one process; each may wait for a slow merchant. */
const mostAtOnce = 512

/**
 * A merchant may have this part of the places that are free. So one alone has some thirty, half of
 * them at one host, and of a hundred who stall none has more than five, and the next one still finds
 * places.
 */
const shareOfFree = 1 / 16

/** Before a look at what somebody else locks: as soon as that is likely to be over. */
const lockedPauseMs = 75

export type Delivery = {
  /** Starts delivering what is due and nobody else delivers; does not wait for the answers. */
  start(): Promise<void>
  isUnderWay(): boolean
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>
  /**
   * Begins nothing more, and resolves when nothing is under way; what is so at a real instant is cut
   * then, and written down as that.
   */
  stop(cutAt?: Date): Promise<void>
}

/**
 * One process's deliveries. They run beside each other, so that a slow merchant holds up a place
 * and not the others. After each one it is looked for more.
 */
export function createDelivery(deps: AttemptDeps): Delivery {
  const { database, clock, log } = deps
  const underWay = new Map<Promise<void>, ClaimedNotification>()
  const cut = new AbortController()
  setMaxListeners(mostAtOnce, cut.signal)
  let isStopped = false
  let claiming: Promise<void> | undefined
  let isWanted = false
  let endPause: (() => void) | undefined

  const start = (): Promise<void> => {
    isWanted = true
    claiming ??= claimWhileWanted().finally(() => {
      claiming = undefined
    })
    return claiming
  }
  const startOrWarn = () => {
    start().catch((err) => log.warn({ err }, 'deliveries cannot be read'))
  }
  /** One claim at a time, because each counts what is under way. */
  const claimWhileWanted = async (): Promise<void> => {
    while (isWanted && !isStopped) {
      isWanted = false
      const free = mostAtOnce - underWay.size
      if (free <= 0) return
      const realNow = clock.realNow()
      const { claimed, isMore, isAtOnce } = await claimDue(database, {
        now: clock.now(),
        realNow,
        leaseUntil: later(realNow, leaseMs),
        free,
        shareOfFree,
        underWay: countOf(underWay.values()),
      })
      for (const notification of claimed) begin(notification)
      if (isAtOnce) isWanted = true
      else if (isMore) startAfterPause()
    }
  }
  const startAfterPause = (): void => {
    endPause ??= clock.startTimer(lockedPauseMs, () => {
      endPause = undefined
      startOrWarn()
    })
  }
  const begin = (notification: ClaimedNotification): void => {
    const delivery: Promise<void> = attempt(deps, notification, cut.signal)
      .catch((err) => log.warn({ notification: notification.notificationId, err }, 'lost attempt'))
      .finally(() => {
        underWay.delete(delivery)
        startOrWarn()
      })
    underWay.set(delivery, notification)
  }
  const idle = async (): Promise<void> => {
    while (underWay.size > 0 || claiming) await Promise.all([claiming, ...underWay.keys()])
  }

  return {
    start,
    isUnderWay: () => underWay.size > 0,
    idle,
    stop: async (cutAt) => {
      isStopped = true
      endPause?.()
      const leftMs = cutAt && Math.max(0, cutAt.getTime() - clock.realNow().getTime())
      const end = leftMs === undefined ? undefined : clock.startTimer(leftMs, () => cut.abort())
      await idle()
      end?.()
    },
  }
}

function countOf(claimed: Iterable<ClaimedNotification>): Record<MerchantId, UnderWay> {
  const hostsOf = Map.groupBy(claimed, ({ merchantId }) => merchantId)
  // Object.fromEntries, because a host may be called as members of objects are.
  return Object.fromEntries(
    [...hostsOf].map(([merchantId, all]) => {
      const atHosts = [...Map.groupBy(all, ({ host }) => host)]
      const counts = Object.fromEntries(atHosts.map(([host, these]) => [host, these.length]))
      return [merchantId, { all: all.length, atHosts: counts }]
    }),
  )
}
