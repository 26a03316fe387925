/**
 * Time, as a value that the composition root hands down (design.md 3), so that tests, the sandbox
 * and simulations decide what "now" is. Nothing else reads the system clock or sets a timer.
 */
export type Clock = {
  /** Business time: in the sandbox the real time plus the offset of `POST /sandbox/clock`. */
  now(): Date
  /** Real time: for what another machine compares with its own clock, leases and deadlines. */
  realNow(): Date
  /** Calls back once after real milliseconds; returns what cancels it. */
  startTimer(milliseconds: number, ring: () => void): () => void
}

/** The machine's clock. `offsetMs` is asked each time, because the sandbox can move it. */
export function systemClock(offsetMs: () => number = () => 0): Clock {
  return {
    now: () => new Date(Date.now() + offsetMs()),
    realNow: () => new Date(),
    startTimer: (milliseconds, ring) => {
      const timer = setTimeout(ring, milliseconds)
      return () => clearTimeout(timer)
    },
  }
}

/** Resolves after real milliseconds; rejects with the signal's reason when it is aborted. */
export function sleep(clock: Clock, milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.startTimer(milliseconds, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/** The time for an answer is over. */
export class DeadlineError extends Error {}

/** Runs work with a signal that aborts when its real milliseconds are over. */
export async function withDeadline<T>(
  clock: Clock,
  milliseconds: number,
  work: (deadline: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController()
  const cancel = clock.startTimer(milliseconds, () =>
    controller.abort(new DeadlineError(`no answer within ${milliseconds} ms`)),
  )
  try {
    return await work(controller.signal)
  } finally {
    cancel()
  }
}

/** Ends a wait for what may never settle: rejects with the signal's reason when it is aborted. */
export function rejectsAt(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** `instant` moved by milliseconds. */
export function later(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds)
}
