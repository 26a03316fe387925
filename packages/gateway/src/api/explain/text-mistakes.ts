/** Mistakes that can be made in the text of any dialect: its ends, its order, its path. */
import { type Draft, reordered, valueIn, withValue } from './draft.ts'
import type { Refused } from './explanation.ts'
import type { Mistake } from './search.ts'

export const trailingNewline: Mistake = {
  cause: 'trailing-newline',
  hint:
    'The text that you sign ends with a newline. It must not: printf %s instead of echo, trim() ' +
    'before signing.',
  usual: 2,
  variants: (draft) => ['\n', '\r\n', '\n\n'].map((ending) => ({ ...draft, ending })),
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

/** Where this API is found: what clients sign in front of a path by mistake. */
const usualHosts = ['api-sandbox.doku.com', 'api.doku.com', 'sandbox.doku.com']
const localHosts = ['localhost', '127.0.0.1']

/** What is signed in the place of the path. @param paths others of the API */
export function pathMistakes(
  part: string,
  refused: Refused,
  paths: readonly string[],
): Readonly<Record<'withHost' | 'slash' | 'wrongPath', Mistake>> {
  const at = (write: (path: string) => readonly string[]) => (draft: Draft) => {
    const path = valueIn(draft, part)
    return path === undefined ? [] : write(path).map((value) => withValue(draft, part, value))
  }
  const host = headerOf(refused, 'host') ?? ''
  const port = /:\d+$/.exec(host)?.[0] ?? ''
  const local = localHosts.flatMap((one) => [one, `${one}${port}`, `${one}:8080`])
  const hosts = [host, host.replace(/:\d+$/, ''), ...usualHosts, ...local]
  return {
    withHost: {
      cause: 'path-with-host',
      usual: 3,
      hint: 'Sign the path alone, from its first slash: no https:// and no host.',
      variants: at((path) =>
        hosts.flatMap((one) =>
          ['http://', 'https://', ''].flatMap((scheme) => {
            const [bare = ''] = path.split('?', 1)
            return [`${scheme}${one}${path}`, `${scheme}${one}${refused.url}`, scheme + one + bare]
          }),
        ),
      ),
    },
    slash: {
      cause: 'trailing-slash',
      usual: 1,
      hint:
        'The path that you sign ends with a slash and the one that you call does not, or the ' +
        'other way round.',
      variants: at((path) => [path.endsWith('/') ? path.slice(0, -1) : `${path}/`]),
    },
    wrongPath: {
      cause: 'wrong-path',
      hint: 'The path that you sign is not the one that you call. Take both from one variable.',
      variants: at((path) => [
        ...[headerOf(refused, 'request-target')].filter((target) => target !== undefined),
        ...changedPaths(path, refused.method),
        ...paths,
      ]),
    },
  }
}

/** Deeper paths are none of this API's. */
const mostSegments = 9

/** The path as a slip writes it, and its ends, where a base URL was taken to hold the beginning. */
function changedPaths(path: string, method: string): string[] {
  const segments = path.split('/').slice(1, mostSegments)
  const ends = segments.slice(1).map((_, i) => segments.slice(i + 1).join('/'))
  return [
    path.slice(1),
    path.toLowerCase(),
    path.toUpperCase(),
    encodeURI(path),
    encodeURIComponent(path),
    encodeURIComponent(path).replaceAll(/%[0-9A-F]{2}/g, (encoded) => encoded.toLowerCase()),
    `/sandbox${path}`,
    `${method} ${path}`,
    `${method.toLowerCase()} ${path}`,
    `${method}:${path}`,
    `//${path.slice(1)}`,
    '/',
    ...ends.flatMap((end) => [`/${end}`, end]),
    ...segments.slice(1).map((_, i) => `/${segments.slice(0, i + 1).join('/')}`),
  ]
}

export function headerOf({ headers }: Refused, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' && value !== '' ? value : undefined
}
