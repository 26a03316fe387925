/** The line to a simulated network: answers get late and lost on it, and it breaks. */

type Unknown = { readonly kind: 'unknown'; readonly reason: string }

/**
 * Answers by the deadline and never throws, as every connector: a line that breaks leaves open what
 * the network did.
 */
export function inTime<T>(deadline: AbortSignal, work: () => Promise<T>): Promise<T | Unknown> {
  const unknown = (reason: string): Unknown => ({ kind: 'unknown', reason })
  if (deadline.aborted) {
    return Promise.resolve(unknown('the deadline was over before the message was sent'))
  }
  return new Promise((resolve) => {
    const onAbort = () => resolve(unknown('no answer in time'))
    deadline.addEventListener('abort', onAbort, { once: true })
    work()
      .catch((error: unknown) => unknown(`the line broke: ${error}`))
      .then((answer) => {
        deadline.removeEventListener('abort', onAbort)
        resolve(answer)
      })
  })
}

/** What a lost message looks like from outside: nothing, until the deadline. */
export function silence(deadline: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (deadline.aborted) return reject(deadline.reason)
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true })
  })
}
