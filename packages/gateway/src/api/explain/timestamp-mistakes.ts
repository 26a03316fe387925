/** A timestamp in the text that is not the one of the header: read from the clock twice, or written twice. */
import { parseSnapTimestamp } from '@gerbang/wire'
import { type Draft, valueIn, withValue } from './draft.ts'
import type { Mistake } from './search.ts'
import { formOf, type TimestampForm, writeIn } from './timestamps.ts'

const differs = {
  cause: 'timestamp-differs',
  hint:
    'The timestamp in the text is not that of the header. Make it once, and use that text in ' +
    'both.',
}

/** A second clock reading, or the same one written in another way. */
export function timestampMistakes(part: string): readonly Mistake[] {
  const at = (write: (text: string, instant: Date, form: TimestampForm) => Iterable<string>) =>
    function* (draft: Draft) {
      const text = valueIn(draft, part) ?? ''
      const [instant, form] = [parseSnapTimestamp(text), formOf(text)]
      if (!instant || !form) return
      for (const value of write(text, instant, form)) yield withValue(draft, part, value)
    }
  return [
    { ...differs, usual: 8, variants: at(otherReadings) },
    { ...differs, isLast: true, variants: at(otherMilliseconds) },
  ]
}

/** WIB, WITA and WIT are the zones of Indonesia. */
const usualForms: readonly TimestampForm[] = [
  { fraction: '', zone: 'Z', offsetMinutes: 0 },
  { fraction: '', zone: '+07:00', offsetMinutes: 420 },
  { fraction: '', zone: '+08:00', offsetMinutes: 480 },
  { fraction: '', zone: '+09:00', offsetMinutes: 540 },
  { fraction: '', zone: '+00:00', offsetMinutes: 0 },
]

/** A timestamp is made again when a request is built slowly; a minute is a job, or a cache. */
const farSeconds = Array.from({ length: 90 }, (_, i) => i + 1)
const nearSeconds = [1, 2, 3, 4, 5, 10, 60]

function* otherReadings(text: string, instant: Date, form: TimestampForm): Generator<string> {
  const later = (seconds: number) => new Date(instant.getTime() + seconds * 1_000)
  for (const seconds of [1, 2]) {
    for (const one of [-seconds, seconds]) yield writeIn(form, later(one))
  }
  // The fraction alone, dropped or written: the next usual ones.
  yield form.fraction === ''
    ? `${text.slice(0, 19)}.000${form.zone}`
    : text.replace(form.fraction, '')
  for (const one of usualForms.slice(0, 3)) if (one.zone !== form.zone) yield writeIn(one, instant)
  for (const seconds of farSeconds) {
    for (const one of [-seconds, seconds]) yield writeIn(form, later(one))
  }
  for (const seconds of [0, ...nearSeconds.flatMap((one) => [-one, one])]) {
    for (const one of usualForms) yield writeIn(one, later(seconds))
    yield* otherWritings(later(seconds))
  }
}

/** One instant as the languages write it, beside the forms that are usual. */
function otherWritings(instant: Date): string[] {
  const iso = instant.toISOString()
  const utc = iso.slice(0, 19)
  const jakarta = new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 19)
  const epoch = Math.floor(instant.getTime() / 1_000)
  return [
    iso,
    `${utc}.000Z`,
    utc,
    utc.replace('T', ' '),
    `${utc}+0000`,
    `${jakarta}.000+07:00`,
    `${jakarta}+0700`,
    `${jakarta}Z`,
    jakarta,
    `${epoch}`,
    `${instant.getTime()}`,
    `${epoch}000`,
  ]
}

/** toISOString() signed, and whole seconds sent; or called twice, some milliseconds apart. */
function* otherMilliseconds(_text: string, instant: Date, form: TimestampForm): Generator<string> {
  const inForm = (ms: number, { zone, offsetMinutes }: TimestampForm) => {
    const time = new Date(ms)
    return writeIn({ fraction: time.toISOString().slice(19, 23), zone, offsetMinutes }, time)
  }
  const time = instant.getTime()
  if (form.fraction !== '') {
    for (let ms = 1; ms < 1_000; ms++) {
      yield inForm(time - ms, form)
      yield inForm(time + ms, form)
    }
    return
  }
  const [utc = form] = usualForms
  for (const one of form.zone === 'Z' ? [form] : [form, utc]) {
    for (let ms = 1; ms < 1_000; ms++) yield inForm(time + ms, one)
  }
}
