/**
 * What a client may have signed in the place of the hash of the bytes that it sent: the hash of the same
 * JSON written anew, of other ends, of nothing; or the right one in another form. Both dialects know
 * these mistakes; one writes the hash in base64, the other in hexadecimal.
 */

import { parseJsonText } from '@gerbang/wire'
import type { Draft } from '../draft.ts'
import { withValue } from '../draft.ts'
import type { Refused } from '../explanation.ts'
import type { Mistake } from '../search.ts'
import { headerOf } from '../text-mistakes.ts'
import { hashOf } from './hash-of.ts'
import { jsonWritings, longestBody } from './json-writings.ts'
import { restoredLines } from './restored-lines.ts'

/** How a dialect signs the hash of the body. */
export type BodyHash = {
  readonly encoding: 'base64' | 'hex'
  /** The draft with this text as its hash. */
  readonly put: (draft: Draft, hash: string) => Draft
}

export const cardBodyHash: BodyHash = {
  encoding: 'base64',
  put: (draft, hash) => {
    const others = draft.parts.filter(({ name }) => name !== 'Digest')
    return { ...draft, parts: [...others, { name: 'Digest', label: 'Digest:', value: hash }] }
  },
}

export const snapBodyHash: BodyHash = {
  encoding: 'hex',
  put: (draft, hash) => withValue(draft, 'body hash', hash),
}

/** Hashed in the place of a body by who had none at hand. */
const nothings = ['', '{}', 'null', '""', '[]', 'undefined', '[object Object]', '{}\n']

/** What is signed in a text where there should be no body: hashes of nothing, and no hash at all. */
export function hashesOfNothing(encoding: BodyHash['encoding']): string[] {
  return [
    hashOf('').toString(encoding),
    '',
    ...nothings.map((one) => hashOf(one).toString(encoding)),
  ]
}

/** Beside other mistakes only the likeliest writings are tried. */
const usualWritings = 14

/** A body of more bytes is not signed in the place of its hash: it would be longer than any text. */
const longestInText = 16_384

export function bodyMistakes(refused: Refused, { encoding, put }: BodyHash): readonly Mistake[] {
  const { body } = refused
  const name = encoding === 'base64' ? 'The digest' : 'The hash of the body'
  const sent = headerOf(refused, 'digest')
  const hashed = (text: Buffer | string) => hashOf(text).toString(encoding)
  // A mistake is tried beside others again and again: its hashes are made once.
  const as = (make: () => Iterable<string>) => {
    const values = remembered(make)
    return function* (draft: Draft) {
      for (const value of values()) yield put(draft, value)
    }
  }
  return [
    {
      cause: 'digest-of-other-ends',
      usual: 2,
      hint:
        `${name} is of the body with other ends of lines: a newline too many or too few at its ` +
        'end, CRLF for LF, or a byte order mark. Hash the bytes that you send.',
      variants: as(() => otherEnds(body).map(hashed)),
    },
    {
      cause: 'line-ends-taken-out',
      usual: 2,
      hint:
        `${name} is of the body with its line ends, and it came without them. curl takes them out of ` +
        '-d @file: send the file by --data-binary @file.',
      variants: as(() => restoredLines(body).map(hashed)),
    },
    {
      cause: 'digest-of-reserialised-body',
      usual: usualWritings,
      hint:
        `${name} is of the same JSON, written in another way: other order of members, other ` +
        'spaces, escapes or numbers. Serialise once, hash these bytes, and send these bytes.',
      variants: as(function* () {
        for (const text of jsonWritings(body)) yield hashed(text)
      }),
    },
    {
      cause: 'json-encoded-twice',
      hint:
        'One of the two is a JSON text within a JSON text: the body was encoded twice where it was hashed, ' +
        'or where it was sent. Encode once, hash these bytes, and send these bytes.',
      variants: as(() => encodedTwice(body).map(hashed)),
    },
    {
      cause: 'digest-of-other-charset',
      hint: `${name} is of the text in another encoding than the UTF-8 that was sent. Hash its bytes in UTF-8.`,
      variants: as(() => otherCharsets(body).map(hashed)),
    },
    {
      cause: 'digest-of-nothing',
      usual: 1,
      hint: `${name} is empty, or of an empty body. Hash the bytes that you send.`,
      variants: as(() => hashesOfNothing(encoding)),
    },
    {
      cause: 'digest-in-other-form',
      usual: 3,
      hint:
        encoding === 'base64'
          ? 'The digest must be the base64 of the 32 bytes of SHA-256: not hexadecimal, not the ' +
            'base64 of URLs, no other hash, not the body, nothing around it.'
          : 'The hash must be SHA-256 in lower-case hexadecimal: not base64, no other hash, not ' +
            'hashed twice, not the body itself.',
      variants: as(() => otherForms(body, encoding)),
    },
    {
      cause: 'digest-of-other-body',
      hint: `${name} is of another body than the one that was sent; it is the one in your Digest header.`,
      variants: as(() => (sent === undefined ? [] : [sent])),
    },
  ]
}

/** The body as an editor, a shell or a library changes its ends. */
function otherEnds(body: Buffer): string[] {
  const text = body.toString('utf8')
  const trimmed = text.trim()
  const lines = text.replaceAll('\r\n', '\n')
  return [
    `${text}\n`,
    trimmed,
    `${text}\r\n`,
    lines,
    lines.trim(),
    text.replaceAll(/\r?\n/g, '\r\n'),
    `${trimmed}\n`,
    `\ufeff${text}`,
    text.replace(/^\ufeff/, ''),
  ]
}

/** The body within a JSON text, and what it holds where it is one. */
function encodedTwice(body: Buffer): string[] {
  if (body.length > longestBody) return []
  const text = body.toString('utf8')
  const json = parseJsonText(body)
  const inner = json.ok && typeof json.value === 'string' ? [json.value] : []
  return [JSON.stringify(text), ...inner]
}

/** As .NET's Encoding.Unicode and Java's UTF-16 write it, and what is left of it in Latin-1 and in ASCII. */
function otherCharsets(body: Buffer): Buffer[] {
  if (body.length > longestBody) return []
  const text = body.toString('utf8')
  const little = Buffer.from(text, 'utf16le')
  const big = Buffer.from(little).swap16()
  return [
    Buffer.from(text, 'latin1'),
    Buffer.from(text.replaceAll(/[^\0-\x7f]/g, '?')),
    little,
    Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
    big,
    Buffer.concat([Buffer.from([0xfe, 0xff]), big]),
  ]
}

/** The right hash, or the body, in forms that are not wanted. */
function otherForms(body: Buffer, encoding: BodyHash['encoding']): string[] {
  const hash = hashOf(body)
  const hex = hash.toString('hex')
  const base64 = hash.toString('base64')
  const right = hash.toString(encoding)
  const isShort = body.length <= longestInText
  return [
    hex,
    base64,
    hash.toString('base64url'),
    hex.toUpperCase(),
    Buffer.from(hex).toString('base64'),
    base64.replace(/=+$/, ''),
    ...['SHA-256=', 'SHA256=', 'sha-256=', 'sha256='].map((before) => before + right),
    // What str() makes of bytes in Python.
    `b'${right}'`,
    `"${right}"`,
    ...['sha512', 'sha384', 'sha1', 'md5'].map((other) => hashOf(body, other).toString(encoding)),
    ...[hash, hex, base64].map((twice) => hashOf(twice).toString(encoding)),
    ...(isShort ? [body.toString('utf8'), body.toString('base64'), body.toString('hex')] : []),
  ].filter((form) => form !== right)
}

/** What was made once is not made again. */
function remembered(make: () => Iterable<string>): () => Iterable<string> {
  const made: string[] = []
  let source: Iterator<string> | undefined
  return function* () {
    source ??= make()[Symbol.iterator]()
    for (let i = 0; ; i++) {
      if (i === made.length) {
        const { value, done } = source.next()
        if (done === true) return
        made.push(value)
      }
      yield made[i] as string
    }
  }
}
