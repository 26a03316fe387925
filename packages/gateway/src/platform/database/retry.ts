import { type Clock, sleep } from '../../primitives/clock.ts'
import type { Random } from '../../primitives/random.ts'

export type RetryOptions = {
  readonly sleep: (milliseconds: number) => Promise<void>
  readonly random: Random
}

/**
 * PostgreSQL's words for "nothing happened, ask again": serialization_failure, deadlock_detected.
 */
const REPEATABLE = ['40001', '40P01']
const MOST_REPEATS = 5

/** The connection is gone: says the driver, the operating system, or a server that stops (57P0x). */
const DISCONNECTED = [
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECTION_ENDED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  '53300',
  '57P01',
  '57P02',
  '57P03',
]

/** Whether an error says that the database cannot be reached; what was asked may have been done. */
export function isDatabaseDown(error: unknown): boolean {
  return DISCONNECTED.includes(codeOf(error) ?? '')
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error ? String(Reflect.get(error, 'code')) : undefined
}

/**
 * Repeats one repeatable statement that lost against a concurrent one, or whose connection was lost
 * before its answer came; other errors pass through.
 */
export async function retrying<T>(work: () => Promise<T>, options: RetryOptions): Promise<T> {
  for (let repeat = 1; ; repeat++) {
    try {
      return await work()
    } catch (error) {
      if (repeat > MOST_REPEATS || !isRepeatable(error)) throw error
    }
    // Up to 10, 20, 40, 80, 160 ms: statements take a few, and the jitter parts those that
    // collided.
    const jitter = options.random.bytes(1).readUInt8() / 256
    await options.sleep(jitter * 5 * 2 ** repeat)
  }
}

/**
 * Repeats work that may be done twice while the database cannot be reached, for so long at most: for
 * somebody who would rather wait than begin again. A pool that ended is not waited for.
 */
export async function whileDown<T>(
  clock: Clock,
  mostMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const end = clock.realNow().getTime() + mostMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isOver = codeOf(error) === 'CONNECTION_ENDED' || clock.realNow().getTime() >= end
      if (isOver || !isDatabaseDown(error)) throw error
    }
    await sleep(clock, 100)
  }
}

function isRepeatable(error: unknown): boolean {
  if (isDatabaseDown(error)) return true
  return REPEATABLE.includes(codeOf(error) ?? '')
}
