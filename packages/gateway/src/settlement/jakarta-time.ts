/** Time as a merchant in Jakarta reads it. Western Indonesia keeps UTC+7 all year round. */
import { later } from '../primitives/clock.ts'

const offsetMs = 7 * 3_600_000
const dayMs = 86_400_000

/** The last daily cut-off at or before an instant; `time` is HH:MM in Jakarta. */
export function lastCutOff(instant: Date, time: string): Date {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  const intoDay = (hours * 60 + minutes) * 60_000 - offsetMs
  const days = Math.floor((instant.getTime() - intoDay) / dayMs)
  return new Date(days * dayMs + intoDay)
}

/** The daily cut-off that follows one. */
export function followingCutOff(cutOff: Date): Date {
  return later(cutOff, dayMs)
}

/** `2026-11-21T23:00:00+07:00` */
export function formatJakartaTime(instant: Date): string {
  return `${later(instant, offsetMs).toISOString().slice(0, 19)}+07:00`
}
