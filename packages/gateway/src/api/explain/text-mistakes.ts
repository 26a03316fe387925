/** Mistakes that can be made in the text of any dialect: its ends, its order, its path, its time. */
import { parseSnapTimestamp } from '@gerbang/wire'
import { type Draft, reordered, valueIn, withValue } from './draft.ts'
import type { Refused } from './explanation.ts'
import type { Mistake } from './search.ts'

export const trailingNewline: Mistake = {
  cause: 'trailing-newline',
  hint:
    'The text that you sign ends with a newline. It must not: printf %s instead of echo, trim() ' +
    'before signing.',
  isCommon: true,
  variants: (draft) => ['\n', '\r\n'].map((ending) => ({ ...draft, ending })),
}

export const partOrder: Mistake = {
  cause: 'header-order',
  hint:
    'The parts of the text are in another order than expected.stringToSign has them. The order ' +
    'is fixed.',
  variants: reordered,
}

/** A part that is there by its name and should be there by its value too, left out. */
export function missingParts(names: readonly string[]): Mistake {
  return {
    cause: 'missing-part',
    hint: 'A part of the text is missing, or empty. expected.stringToSign shows all of them.',
    variants: (draft) =>
      names.flatMap((name) => [
        { ...draft, parts: draft.parts.filter((part) => part.name !== name) },
        withValue(draft, name, ''),
      ]),
  }
}

/** What is signed in the place of the path. */
export function pathMistakes(
  part: string,
  refused: Refused,
  paths: readonly string[],
): readonly Mistake[] {
  const at = (write: (path: string) => readonly string[]) => (draft: Draft) => {
    const path = valueIn(draft, part)
    return path === undefined ? [] : write(path).map((value) => withValue(draft, part, value))
  }
  const hosts = [headerOf(refused, 'host') ?? '', 'api-sandbox.doku.com', 'api.doku.com']
  return [
    {
      cause: 'path-with-host',
      hint: 'Sign the path alone, from its first slash: no https:// and no host.',
      variants: at((path) =>
        hosts.flatMap((host) => [
          `${host}${path}`,
          `http://${host}${path}`,
          `https://${host}${path}`,
        ]),
      ),
    },
    {
      cause: 'trailing-slash',
      isCommon: true,
      hint:
        'The path that you sign ends with a slash and the one that you call does not, or the ' +
        'other way round.',
      variants: at((path) => [path.endsWith('/') ? path.slice(0, -1) : `${path}/`]),
    },
    {
      cause: 'wrong-path',
      hint: 'The path that you sign is not the one that you call. Take both from one variable.',
      variants: at((path) => [
        ...[headerOf(refused, 'request-target')].filter((target) => target !== undefined),
        path.slice(1),
        path.toLowerCase(),
        encodeURI(path),
        `/sandbox${path}`,
        ...paths,
      ]),
    },
  ]
}

/** A second clock reading, or the same one written in another way. */
export function timestampDiffers(part: string, write: (instant: Date) => string): Mistake {
  return {
    cause: 'timestamp-differs',
    hint:
      'The timestamp in the text is not that of the header. Make it once, and use that text in ' +
      'both.',
    variants: (draft) => {
      const instant = parseSnapTimestamp(valueIn(draft, part) ?? '')
      if (!instant) return []
      const time = instant.getTime()
      // Ten seconds either way: a timestamp is made again when a request is built slowly.
      const near = Array.from({ length: 21 }, (_, i) => write(new Date(time + (i - 10) * 1_000)))
      const written = [0, -1_000, 1_000].flatMap((ms) => writings(new Date(time + ms)))
      return [...written, ...near].map((value) => withValue(draft, part, value))
    },
  }
}

/** One instant as the languages write it. */
function writings(instant: Date): string[] {
  const iso = instant.toISOString()
  const seconds = iso.slice(0, 19)
  const jakarta = new Date(instant.getTime() + 7 * 3_600_000).toISOString().slice(0, 19)
  const epoch = Math.floor(instant.getTime() / 1_000)
  return [
    `${seconds}Z`,
    iso,
    `${seconds}+00:00`,
    `${seconds}`,
    `${seconds.replace('T', ' ')}`,
    `${jakarta}+07:00`,
    `${jakarta}.000+07:00`,
    `${jakarta}Z`,
    `${jakarta}`,
    `${epoch}`,
    `${epoch}000`,
  ]
}

export function headerOf({ headers }: Refused, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
