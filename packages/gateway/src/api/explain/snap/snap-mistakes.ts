/** Mistakes in what a SNAP call signs (wire.md 6.4), in the order they are tried. */
import { formatSnapTimestamp } from '@gerbang/wire'
import { hashOf, otherEnds, reserialised } from '../bodies.ts'
import { valueIn, withValue } from '../draft.ts'
import type { Refused } from '../explanation.ts'
import type { Mistake } from '../search.ts'
import {
  missingParts,
  partOrder,
  pathMistakes,
  timestampDiffers,
  trailingNewline,
} from '../text-mistakes.ts'

const hex = (body: Buffer | string) => hashOf(body).toString('hex')

export function snapMistakes(refused: Refused, paths: readonly string[]): readonly Mistake[] {
  return [
    {
      cause: 'wrong-method',
      hint: 'The method in the text is not that of the request, in upper case.',
      variants: (draft) =>
        ['GET', 'PUT', 'PATCH', 'DELETE', 'post', 'Post', ''].map((method) =>
          withValue(draft, 'method', method),
        ),
    },
    {
      cause: 'token-with-bearer',
      isCommon: true,
      hint:
        'The access token stands in the text without Bearer in front of it; only the ' +
        'Authorization header has that.',
      variants: (draft) =>
        ['Bearer ', 'bearer ', 'Bearer'].map((before) =>
          withValue(draft, 'access token', before + valueIn(draft, 'access token')),
        ),
    },
    ...hashMistakes(refused),
    trailingNewline,
    {
      cause: 'parts-not-joined-by-colon',
      hint: 'The parts are joined by something else than one colon without spaces.',
      variants: (draft) =>
        ['|', '\n', '', ' : ', ': ', ' ', ',', '-'].map((separator) => ({ ...draft, separator })),
    },
    {
      cause: 'path-without-query',
      hint: 'The query is a part of the path that SNAP signs.',
      variants: (draft) => [
        withValue(draft, 'path', valueIn(draft, 'path')?.split('?', 1)[0] ?? ''),
      ],
    },
    ...pathMistakes('path', refused, paths),
    missingParts(['method', 'path', 'access token', 'body hash', 'X-TIMESTAMP']),
    partOrder,
    timestampDiffers('X-TIMESTAMP', formatSnapTimestamp),
  ]
}

function hashMistakes({ body }: Refused): readonly Mistake[] {
  const hashes =
    (values: readonly string[]): Mistake['variants'] =>
    (draft) =>
      values.map((value) => withValue(draft, 'body hash', value))
  const rewritten = reserialised(body).map(hex)
  return [
    {
      cause: 'body-hash-in-upper-case',
      hint: 'The hash of the body must be in lower-case hexadecimal.',
      variants: hashes([hex(body), ...rewritten].map((hash) => hash.toUpperCase())),
    },
    {
      cause: 'digest-of-reserialised-body',
      hint:
        'The hash is of the same JSON, written in another way: other order of members, other ' +
        'spaces, other escapes. Hash the text that you send.',
      variants: hashes(rewritten),
    },
    {
      cause: 'digest-of-other-ends',
      hint:
        'The hash is of the body with another end: a newline too many or too few. Hash the ' +
        'bytes that you send.',
      variants: hashes(otherEnds(body).map(hex)),
    },
    {
      cause: 'digest-of-nothing',
      hint: 'The hash is empty, or of an empty body. Hash the bytes that you send.',
      variants: hashes([hex(''), '', hex('{}'), hex('null')]),
    },
    {
      cause: 'digest-in-other-form',
      hint:
        'The hash must be SHA-256 in lower-case hexadecimal: not base64, no other hash, not ' +
        'hashed twice.',
      variants: hashes([
        hashOf(body).toString('base64'),
        hashOf(body).toString('base64url'),
        hashOf(body, 'sha512').toString('hex'),
        hashOf(body, 'sha1').toString('hex'),
        hashOf(body, 'md5').toString('hex'),
        hex(hex(body)),
      ]),
    },
  ]
}
