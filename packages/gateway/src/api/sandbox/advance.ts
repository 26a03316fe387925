/**
 * Moving the sandbox's clock forward (sandbox.md, Time): by exactly what was asked for, doing on the
 * way what falls due. Advances of one process wait for each other, so that each does what it passes;
 * those of another process move the same clock meanwhile, and nothing of either is lost. A reset ends
 * the advances that were asked for before it: the clock stays where the reset put it.
 */
import { mostAheadMs, type SandboxClock } from '../../platform/clock/sandbox-clock.ts'
import { isDatabaseDown } from '../../platform/database/index.ts'
import type { Jobs } from '../../platform/jobs/index.ts'
import { later } from '../../primitives/clock.ts'
import { SandboxError } from './sandbox-error.ts'

type AdvanceDeps = { readonly clock: SandboxClock; readonly jobs: Pick<Jobs, 'advanceTo'> }

export function createAdvance(deps: AdvanceDeps): (advanceMs: number) => Promise<void> {
  let last: Promise<void> = Promise.resolve()
  return async (advanceMs) => {
    const resets = await deps.clock.resets()
    const mine = last.then(() => advance(deps, advanceMs, resets))
    last = mine.catch(() => {})
    return mine
  }
}

async function advance(
  { clock, jobs }: AdvanceDeps,
  advanceMs: number,
  resets: number,
): Promise<void> {
  if ((await clock.resets()) !== resets) throw resetMeanwhile()
  if (clock.offsetMs() + advanceMs > mostAheadMs) throw tooFar()
  let leftMs = advanceMs
  const move = async (milliseconds: number) => {
    leftMs -= milliseconds
    const moved = await clock.moveBy(milliseconds, resets)
    if (moved === 'too_far') throw tooFar()
    if (moved === 'reset') throw resetMeanwhile()
  }
  const target = later(clock.now(), advanceMs)
  const advanced = jobs.advanceTo(target, async (instant) => {
    const aheadMs = instant.getTime() - clock.now().getTime()
    // Real time goes on meanwhile and may have reached the instant by itself.
    if (instant < target) await move(Math.min(Math.max(aheadMs, 0), leftMs))
    else await move(leftMs)
  })
  await advanced.catch((error) => {
    throw isDatabaseDown(error) && leftMs < advanceMs ? movedInPart(advanceMs - leftMs) : error
  })
}

/** Not the error that says to try again: that would move it by all of it once more. */
function movedInPart(milliseconds: number): SandboxError {
  return new SandboxError(
    503,
    'MOVED_IN_PART',
    `The database went away when ${milliseconds} ms were moved: GET /sandbox/clock tells where the clock is`,
  )
}

function resetMeanwhile(): SandboxError {
  return new SandboxError(
    409,
    'RESET_MEANWHILE',
    'The sandbox was reset while its clock was moved: the clock is back at real time',
  )
}

function tooFar(): SandboxError {
  const years = mostAheadMs / 31_536_000_000
  return new SandboxError(
    400,
    'INVALID_PARAMETER',
    `The clock cannot be more than ${years} years ahead of real time; POST /sandbox/reset brings it back`,
  )
}
