import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '../../primitives/clock.ts'
import { createLog } from '../log/index.ts'
import { createJobs, type DueWork } from './index.ts'

/** Business and real time as the test moves them; timers ring as real time passes. */
function handClock() {
  let offset = 0
  let real = 1_000_000
  const timers = new Set<{ at: number; ring: () => void }>()
  const clock: Clock = {
    now: () => new Date(real + offset),
    realNow: () => new Date(real),
    startTimer: (milliseconds, ring) => {
      const timer = { at: real + milliseconds, ring }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  return {
    clock,
    moveTo: async (instant: Date) => {
      offset = Math.max(offset, instant.getTime() - real)
    },
    /** Lets real time pass. */
    pass: async (milliseconds: number) => {
      real += milliseconds
      for (const timer of [...timers].filter(({ at }) => at <= real)) {
        timers.delete(timer)
        timer.ring()
      }
      await turn()
    },
  }
}

/** Work whose pieces fall due at given times; what is done is written down in `done`. */
function pieces(name: string, dues: number[], done: string[], clock: Clock): DueWork {
  return {
    name,
    nextDueAt: async () => (dues.length ? new Date(Math.min(...dues)) : undefined),
    runDue: async (now) => {
      for (const due of dues.filter((at) => at <= now.getTime()).toSorted((a, b) => a - b)) {
        dues.splice(dues.indexOf(due), 1)
        done.push(`${name} ${due} at ${clock.now().getTime()}`)
      }
    },
  }
}

function setUp(makeWorks: (hands: ReturnType<typeof handClock>) => DueWork[]) {
  const hands = handClock()
  const lines: string[] = []
  const log = createLog({ level: 'trace', destination: { write: (line) => lines.push(line) } })
  return { ...hands, lines, jobs: createJobs({ works: makeWorks(hands), clock: hands.clock, log }) }
}

test('an advance does what falls due in due order, each piece at its own time', async () => {
  const done: string[] = []
  const { jobs, moveTo, clock } = setUp(({ clock }) => [
    pieces('mail', [1_000_500, 1_000_100], done, clock),
    pieces('sweep', [1_000_300, 1_002_000], done, clock),
  ])
  await jobs.advanceTo(new Date(1_001_000), moveTo)
  assert.deepEqual(done, [
    'mail 1000100 at 1000100',
    'sweep 1000300 at 1000300',
    'mail 1000500 at 1000500',
  ])
  assert.equal(clock.now().getTime(), 1_001_000)
})

test('what becomes due by an advanced piece is done in the same advance', async () => {
  const done: string[] = []
  const dues = [1_000_100]
  const { jobs, moveTo } = setUp(({ clock }) => {
    const retries = pieces('retry', dues, done, clock)
    return [
      {
        ...retries,
        runDue: async (now) => {
          const before = done.length
          await retries.runDue(now)
          if (done.length > before && done.length < 3) dues.push(now.getTime() + 200)
        },
      },
    ]
  })
  await jobs.advanceTo(new Date(1_000_400), moveTo)
  assert.deepEqual(done, ['retry 1000100 at 1000100', 'retry 1000300 at 1000300'])
})

test('what was due already is done before the clock moves', async () => {
  const done: string[] = []
  const { jobs, moveTo } = setUp(({ clock }) => [pieces('mail', [999_000], done, clock)])
  await jobs.advanceTo(new Date(1_000_100), moveTo)
  assert.deepEqual(done, ['mail 999000 at 1000000'])
})

/** Runs an advance while real time passes in steps of 10 ms; gives how much had passed at its end. */
async function msUntil(advance: Promise<void>, pass: (ms: number) => Promise<void>, most: number) {
  let isOver = false
  advance.then(() => {
    isOver = true
  })
  let waited = 0
  for (; waited < most && !isOver; waited += 10) await pass(10)
  assert.ok(isOver, `not over after ${most} ms`)
  await advance
  return waited
}

test('an advance leaves behind what nobody frees in 45 s, and does all the rest in its turn', async () => {
  const done: string[] = []
  const held: DueWork = {
    name: 'held',
    nextDueAt: async () => new Date(1_000_000),
    runDue: async () => {},
  }
  const { jobs, moveTo, pass, clock, lines } = setUp(({ clock }) => [
    held,
    pieces('mail', [1_060_000, 1_070_000], done, clock),
  ])
  const waited = await msUntil(jobs.advanceTo(new Date(1_080_000), moveTo), pass, 50_000)
  assert.ok(waited >= 45_000, `${waited} ms`)
  assert.deepEqual(done, ['mail 1060000 at 1060000', 'mail 1070000 at 1070000'])
  assert.ok(clock.now().getTime() >= 1_080_000)
  assert.match(lines.join(''), /leaves behind what is held/)
})

test('a piece that is freed after 40 s is done before what falls due after it', async () => {
  const done: string[] = []
  const dues = [1_000_000]
  const { jobs, moveTo, pass } = setUp(({ clock }) => {
    const mail = pieces('mail', dues, done, clock)
    const isHeld = () => clock.realNow().getTime() < 1_040_000
    return [
      { ...mail, runDue: async (now) => (isHeld() ? undefined : mail.runDue(now)) },
      pieces('sweep', [1_050_000], done, clock),
    ]
  })
  await msUntil(jobs.advanceTo(new Date(1_060_000), moveTo), pass, 50_000)
  assert.deepEqual(
    done.map((line) => line.split(' ', 2).join(' ')),
    ['mail 1000000', 'sweep 1050000'],
  )
})

test('an advance waits longer for what is under way here', async () => {
  const dues = [new Date(1_000_000)]
  const { jobs, moveTo, pass } = setUp(({ clock }) => [
    {
      name: 'deliveries',
      nextDueAt: async () => dues[0],
      runDue: async () => {
        if (clock.realNow().getTime() >= 1_120_000) dues.length = 0
      },
      isUnderWay: () => true,
    },
  ])
  const waited = await msUntil(jobs.advanceTo(new Date(1_001_000), moveTo), pass, 130_000)
  assert.ok(waited >= 119_000, `${waited} ms`)
})

/** Work that counts its runs, and can be made to fail. */
function counting() {
  const state = { runs: 0, fails: false }
  const work: DueWork = {
    name: 'counting',
    nextDueAt: async () => undefined,
    runDue: async () => {
      state.runs += 1
      if (state.fails) throw new Error('the database is away')
    },
  }
  return { state, work }
}

test('in the background work is looked for at the start and every second', async () => {
  const { state, work } = counting()
  const { jobs, pass } = setUp(() => [work])
  jobs.start()
  await turn()
  assert.equal(state.runs, 1)
  await pass(999)
  assert.equal(state.runs, 1)
  await pass(1)
  assert.equal(state.runs, 2)
  await jobs.stop()
})

test('a wake is a look at once, also one that comes while work is being done', async () => {
  const { state, work } = counting()
  let wakes = 1
  const { jobs } = setUp(() => [
    work,
    {
      ...work,
      runDue: async () => {
        if (wakes-- > 0) jobs.wake()
      },
    },
  ])
  jobs.start()
  await turn()
  await turn()
  assert.equal(state.runs, 2)
  jobs.wake()
  await turn()
  await turn()
  assert.equal(state.runs, 3)
  await jobs.stop()
})

test('work that fails is logged and tried again, and holds up no other', async () => {
  const failing = counting()
  const other = counting()
  failing.state.fails = true
  const { jobs, pass, lines } = setUp(() => [failing.work, other.work])
  jobs.start()
  await turn()
  await pass(1_000)
  assert.deepEqual([failing.state.runs, other.state.runs], [2, 2])
  assert.match(lines[0] ?? '', /"work":"counting".*work failed, will retry/)
  await jobs.stop()
})

test('after a stop nothing runs any more, and a start begins anew', async () => {
  const { state, work } = counting()
  const { jobs, pass } = setUp(() => [work])
  jobs.start()
  await turn()
  await jobs.stop()
  jobs.wake()
  await pass(5_000)
  assert.equal(state.runs, 1)
  jobs.start()
  await turn()
  assert.equal(state.runs, 2)
  await jobs.stop()
})

test('a stop waits for the piece at hand', async () => {
  let finish = () => {}
  const slow: DueWork = {
    name: 'slow',
    nextDueAt: async () => undefined,
    runDue: () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  }
  const { jobs } = setUp(() => [slow])
  jobs.start()
  let isStopped = false
  const stop = jobs.stop().then(() => {
    isStopped = true
  })
  await turn()
  assert.equal(isStopped, false)
  finish()
  await stop
})

test('a work that waits for somebody delays no other', async () => {
  const { state, work } = counting()
  let finish = () => {}
  const slow: DueWork = {
    name: 'slow',
    nextDueAt: async () => undefined,
    runDue: () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  }
  const { jobs, pass } = setUp(() => [slow, work])
  jobs.start()
  await turn()
  await pass(1_000)
  await pass(1_000)
  assert.equal(state.runs, 3)
  finish()
  await jobs.stop()
})

test('a wake may be of one work alone', async () => {
  const [one, other] = [counting(), counting()]
  const { jobs } = setUp(() => [one.work, other.work])
  jobs.start()
  await turn()
  jobs.wake(one.work)
  await turn()
  await turn()
  assert.deepEqual([one.state.runs, other.state.runs], [2, 1])
  await jobs.stop()
})
