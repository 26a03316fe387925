/** Work of which only some is done at once; what gets no turn in time is dropped. */
import { type Clock, sleep } from '../../../primitives/clock.ts'

export type Turns = {
  /** Does the work in its turn; undefined, and nothing is done, where none came in time. */
  take<T>(work: () => Promise<T>): Promise<T | undefined>
}

export function createTurns(
  clock: Clock,
  { mostAtOnce, longestWaitMs }: { readonly mostAtOnce: number; readonly longestWaitMs: number },
): Turns {
  let free = mostAtOnce
  const waiting = new Set<() => void>()
  const release = () => {
    const [next] = waiting
    if (!next) free += 1
    else {
      waiting.delete(next)
      next()
    }
  }
  /** Whether a turn came. */
  const myTurn = async (): Promise<boolean> => {
    if (free > 0) {
      free -= 1
      return true
    }
    const over = new AbortController()
    return new Promise((resolve) => {
      const begin = () => {
        over.abort()
        resolve(true)
      }
      waiting.add(begin)
      const giveUp = () => {
        if (waiting.delete(begin)) resolve(false)
      }
      sleep(clock, longestWaitMs, over.signal).then(giveUp, () => {})
    })
  }
  return {
    take: async (work) => {
      if (!(await myTurn())) return undefined
      try {
        return await work()
      } finally {
        release()
      }
    },
  }
}
