/** What a merchant's endpoint was told, kept until the story asks for it. */
import { EventEmitter, once } from 'node:events'

export type Inbox<Told> = {
  take(told: Told): void
  /** The first that fits; undefined where none comes in time. */
  find(fits: (told: Told) => boolean, timeoutMs: number): Promise<Told | undefined>
}

export function createInbox<Told>(): Inbox<Told> {
  const all: Told[] = []
  const arrivals = new EventEmitter()
  return {
    take: (told) => {
      all.push(told)
      arrivals.emit('told')
    },
    find: async (fits, timeoutMs) => {
      const signal = AbortSignal.timeout(timeoutMs)
      for (;;) {
        const found = all.find(fits)
        if (found || signal.aborted) return found
        await once(arrivals, 'told', { signal }).catch(() => {})
      }
    },
  }
}
