/** Mistakes in what a SNAP call signs (wire.md 6.4), in the order they are tried. */
import { snapServices } from '@gerbang/wire'
import { blanksAround } from '../blank-mistakes.ts'
import { bodyMistakes, snapBodyHash } from '../body/body-mistakes.ts'
import { hashOf } from '../body/hash-of.ts'
import { bare, type Draft, valueIn, withBeginning, withValue } from '../draft.ts'
import type { Refused } from '../explanation.ts'
import type { Mistake } from '../search.ts'
import {
  headerOf,
  missingParts,
  partOrder,
  pathMistakes,
  trailingNewline,
} from '../text-mistakes.ts'
import { timestampMistakes } from '../timestamp-mistakes.ts'

/** Those of the API, and one that DOKU's documents have beside them. */
const paths = [
  ...Object.values(snapServices).map(({ path }) => path),
  '/direct-debit/core/v1/balance-inquiry',
]

export function snapMistakes(refused: Refused): readonly Mistake[] {
  const { withHost, slash, wrongPath } = pathMistakes('path', refused, paths)
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
      usual: 1,
      hint:
        'The access token stands in the text without Bearer in front of it; only the ' +
        'Authorization header has that.',
      variants: (draft) =>
        ['Bearer ', 'bearer ', 'Bearer'].map((before) =>
          withValue(draft, 'access token', before + valueIn(draft, 'access token')),
        ),
    },
    upperCaseHash,
    ...bodyMistakes(refused, snapBodyHash),
    trailingNewline,
    blanksAround,
    {
      cause: 'parts-not-joined-by-colon',
      usual: 2,
      hint: 'The parts are joined by something else than one colon without spaces.',
      variants: (draft) =>
        ['|', '\n', '', ' : ', ': ', ' ', ',', '-'].map((separator) => ({ ...draft, separator })),
    },
    {
      cause: 'colon-at-the-ends',
      hint: 'A colon stands between two parts only: none in front of the first or behind the last.',
      variants: (draft) => [{ ...draft, ending: ':' }, withBeginning(draft, ':')],
    },
    {
      cause: 'path-without-query',
      usual: 1,
      hint: 'The query is a part of the path that SNAP signs.',
      variants: (draft) => [
        withValue(draft, 'path', valueIn(draft, 'path')?.split('?', 1)[0] ?? ''),
      ],
    },
    slash,
    withHost,
    wrongPath,
    missingParts(['method', 'path', 'access token', 'body hash', 'X-TIMESTAMP']),
    partOrder,
    tokenText(refused),
    cardsText(refused),
    ...timestampMistakes('X-TIMESTAMP'),
  ]
}

const upperCaseHash: Mistake = {
  cause: 'body-hash-in-upper-case',
  usual: 1,
  hint: 'The hash of the body must be in lower-case hexadecimal.',
  variants: (draft) => [
    withValue(draft, 'body hash', valueIn(draft, 'body hash')?.toUpperCase() ?? ''),
  ],
}

/** What the token calls sign; by its HMAC it is a copy of theirs. */
function tokenText(refused: Refused): Mistake {
  return {
    cause: 'text-of-token-call',
    hint:
      'The text is that of the token calls, client id and timestamp. Every other call signs its method, ' +
      'path, access token, hash of the body and timestamp, as expected.stringToSign has them.',
    variants: (draft) =>
      ['|', ':'].map((separator) => ({
        parts: [
          bare('X-PARTNER-ID', headerOf(refused, 'x-partner-id') ?? ''),
          bare('X-TIMESTAMP', valueIn(draft, 'X-TIMESTAMP') ?? ''),
        ],
        separator,
        ending: '',
      })),
  }
}

/** The lines of the cards dialect, with what a SNAP call has in their place. */
function cardsText(refused: Refused): Mistake {
  return {
    cause: 'text-of-other-dialect',
    hint:
      'The text is made of lines, as the cards dialect wants it. SNAP signs one line, joined by ' +
      'colons, as expected.stringToSign has it.',
    variants: (draft) => [withCardLines(draft, refused)],
  }
}

function withCardLines(draft: Draft, refused: Refused): Draft {
  const values = [
    ['Client-Id', headerOf(refused, 'x-partner-id')],
    ['Request-Id', headerOf(refused, 'x-external-id')],
    ['Request-Timestamp', valueIn(draft, 'X-TIMESTAMP')],
    ['Request-Target', valueIn(draft, 'path')],
    ['Digest', hashOf(refused.body).toString('base64')],
  ] as const
  const parts = values.map(([name, value = '']) => ({ name, label: `${name}:`, value }))
  return { parts, separator: '\n', ending: '' }
}
