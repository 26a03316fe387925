/**
 * Structured logs (pino). What must not be seen is a `Secret`, which prints as `[secret]`; the
 * redaction list below is the second line of defence, for members that carry such values by name.
 * On a terminal a line is made for a person, elsewhere it is JSON.
 */
import { type DestinationStream, type Logger, pino } from 'pino'

export type Log = Logger

const sensitive = ['number', 'cvv', 'otp', 'password', 'secretKey', 'privateKey', 'signature']

const redactedPaths = sensitive.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

export function createLog(options: {
  level: string
  destination?: DestinationStream | undefined
  forPeople?: boolean | undefined
}): Log {
  const destination = options.destination ?? pino.destination({ dest: 1, sync: false })
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[secret]' },
      serializers: { err: describeError },
    },
    options.forPeople ? { write: (line) => destination.write(`${readable(line)}\n`) } : destination,
  )
}

/**
 * An error for the log. The fields of PostgreSQL errors that quote rows and parameters (detail,
 * where, parameters, query) never pass: `Failing row contains (…)` would put card data in the log.
 */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const { code, constraint_name: constraint } = error as { code?: string; constraint_name?: string }
  return {
    type: error.name,
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(constraint === undefined ? {} : { constraint }),
    stack: error.stack,
  }
}

function readable(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line)
  const details = Object.entries(rest)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
  const problem = err ? ` ${err.stack ?? err.message}` : ''
  const mark = level === 'info' ? '' : `${String(level).toUpperCase()} `
  return `${String(time).slice(11, 19)} ${mark}${msg ?? ''} ${details}${problem}`.trimEnd()
}
