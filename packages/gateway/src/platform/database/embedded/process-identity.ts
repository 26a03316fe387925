import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

export const UNKNOWN_START = '-'

/**
 * When a living process started, in clock ticks since boot, so that a reused pid is told from its
 * former owner. Undefined when there is no such process; `UNKNOWN_START` when it lives but the
 * system does not say since when.
 */
export function processStart(pid: number): string | undefined {
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: it lives, but belongs to someone else.
    if (error instanceof Error && Reflect.get(error, 'code') === 'ESRCH') return undefined
  }
  try {
    // proc(5): the second field is the name in parentheses and may hold anything, so count from its
    // end.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A zombie (Z) answers to kill for as long as its parent does not look, but runs no more.
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined
    return fields[19] ?? UNKNOWN_START
  } catch {
    return UNKNOWN_START
  }
}

/** Living processes whose command line holds this text. */
export function processesWithArgument(argument: string): readonly number[] {
  if (process.platform !== 'linux') {
    return execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(argument))
      .map((line) => Number.parseInt(line, 10))
  }
  // The command line is readable by everyone; cwd and exe would need CAP_SYS_PTRACE, which root in
  // a container does not have over a server that runs as nobody.
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).split('\0').includes(argument))
    .map(Number)
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
