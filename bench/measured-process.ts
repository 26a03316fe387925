/** A server under measurement: a child process, its CPU time, its memory, and its PostgreSQL's. */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export type MeasuredProcess = {
  readonly url: string
  /** From spawn to the line that says ready. */
  readonly startMs: number
  /** Seconds of CPU used so far: the program's own, and PostgreSQL's with all its backends. */
  cpuSeconds(): { program: number; postgres: number }
  /** Resident memory in MB: the program's own. */
  memoryMb(): number
  stop(): Promise<void>
}

/** Kernel clock ticks a second in /proc (sysconf(_SC_CLK_TCK)); 100 on every Linux that matters. */
const ticksPerSecond = 100

export function startMeasured(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<MeasuredProcess> {
  const started = performance.now()
  const child = spawn(process.execPath, [script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let text = ''
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}: ${text}`)))
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk
      const url = /ready at (http\S+)/.exec(text)?.[1]
      if (url) resolve(measure(child, url, performance.now() - started))
    })
  })
}

function measure(child: ChildProcess, url: string, startMs: number): MeasuredProcess {
  const pid = child.pid ?? 0
  return {
    url,
    startMs,
    cpuSeconds: () => ({ program: cpuOf(pid), postgres: sum(descendantsOf(pid).map(cpuOf)) }),
    memoryMb: () => {
      const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
      return Number(kilobytes) / 1_024
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  }
}

/** utime + stime, and those of children that ended (fields 14 to 17 of /proc/pid/stat). */
function cpuOf(pid: number): number {
  return sum(fieldsOf(pid).slice(11, 15).map(Number)) / ticksPerSecond
}

function descendantsOf(pid: number): number[] {
  const pids = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
  const children = pids.filter((child) => Number(fieldsOf(child)[1]) === pid)
  return [...children, ...children.flatMap(descendantsOf)]
}

/** The fields from the state (3) on: the name before it may hold spaces. */
function fieldsOf(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
