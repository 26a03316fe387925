/** Mistakes in the lines that the cards dialect signs (wire.md 2.2), in the order they are tried. */
import { blanksInLines } from '../blank-mistakes.ts'
import { bodyMistakes, cardBodyHash, hashesOfNothing } from '../body/body-mistakes.ts'
import { hashOf } from '../body/hash-of.ts'
import { bare, type Draft, valueIn, withoutPart, withValue } from '../draft.ts'
import type { Refused } from '../explanation.ts'
import type { Mistake } from '../search.ts'
import { missingParts, partOrder, pathMistakes, trailingNewline } from '../text-mistakes.ts'
import { timestampMistakes } from '../timestamp-mistakes.ts'

/** Signed in the place of another, they are a copy and paste that was not finished. */
const paths = [
  '/credit-card/check-three-d-secure',
  '/credit-card/charge',
  '/credit-card/capture',
  '/credit-card/v1/payment-page',
  '/cancellation/credit-card/refund',
  '/credit-card/v1/cancellation/credit-card/refund',
  '/tokenization/v1/tokens',
  '/tokenization/v2/get-token',
  '/tokenization/v2/delete-token',
  '/orders/v1/status',
  '/orders/v1/status/',
  '/checkout/v1/payment',
]

export function cardMistakes(refused: Refused): readonly Mistake[] {
  const query = refused.url.slice(refused.url.split('?', 1)[0]?.length)
  const { withHost, slash, wrongPath } = pathMistakes('Request-Target', refused, paths)
  return [
    {
      cause: 'crlf',
      usual: 1,
      hint: 'The lines are joined by CRLF. One LF (\\n) stands between them, whatever the machine.',
      variants: (draft) => [{ ...draft, separator: '\r\n' }],
    },
    trailingNewline,
    {
      cause: 'lines-not-joined-by-newline',
      usual: 2,
      hint:
        'The lines are joined by something else than one LF. In single quotes \\n is a ' +
        'backslash and an n.',
      variants: (draft) =>
        ['\\n', '', ' ', '\r', '\n\n', ',', ':', '|', ';', '&'].map((separator) => ({
          ...draft,
          separator,
        })),
    },
    {
      cause: 'space-after-colon',
      usual: 1,
      hint: 'There is a space behind the colon of each line, or in front of it. There must be none.',
      variants: (draft) => [
        relabelled(draft, (name) => `${name}: `),
        relabelled(draft, (name) => `${name} :`),
      ],
    },
    blanksInLines,
    ...(refused.method === 'POST'
      ? [missingDigest, ...bodyMistakes(refused, cardBodyHash)]
      : [digestOnGet(refused)]),
    {
      cause: 'path-with-query',
      usual: 1,
      hint: 'Sign the path alone: a query is not part of Request-Target.',
      variants: (draft) =>
        query === ''
          ? []
          : [withValue(draft, 'Request-Target', `${valueIn(draft, 'Request-Target')}${query}`)],
    },
    slash,
    withHost,
    wrongPath,
    ...namesAndIds,
    partOrder,
    snapText(refused),
    ...timestampMistakes('Request-Timestamp'),
  ]
}

const missingDigest: Mistake = {
  cause: 'missing-digest',
  usual: 1,
  hint: 'A POST signs a fifth line: Digest: and base64(SHA-256(body)), without a space between.',
  variants: (draft) => [withoutPart(draft, 'Digest')],
}

function digestOnGet({ body }: Refused): Mistake {
  return {
    cause: 'digest-on-get',
    usual: 3,
    hint: 'A GET has no Digest line: Request-Target is the last, with nothing behind it.',
    variants: (draft) =>
      [...hashesOfNothing('base64'), hashOf(body).toString('base64'), 'null', 'undefined'].map(
        (digest) => cardBodyHash.put(draft, digest),
      ),
  }
}

const namesAndIds: readonly Mistake[] = [
  {
    cause: 'names-of-lines',
    hint:
      'The names of the lines are Client-Id, Request-Id, Request-Timestamp, Request-Target ' +
      'and Digest, to the letter, each with one colon behind it.',
    variants: (draft) => [
      relabelled(draft, (name) => `${name.toLowerCase()}:`),
      relabelled(draft, (name) => `${name.toUpperCase()}:`),
      relabelled(draft, (name) => `${name.replace('Request-Timestamp', 'Response-Timestamp')}:`),
      relabelled(draft, (name) => `${name.replaceAll('-', '')}:`),
      relabelled(draft, (name) => `${name.replaceAll('-', '_')}:`),
      relabelled(draft, (name) => `${name}=`),
      relabelled(draft, () => ''),
    ],
  },
  missingParts(['Client-Id', 'Request-Id', 'Request-Timestamp', 'Request-Target']),
  {
    cause: 'request-id-differs',
    hint: 'The Request-Id in the text is not that of the header, which is another writing of it.',
    variants: (draft) => {
      const id = valueIn(draft, 'Request-Id') ?? ''
      const others = [
        id.toLowerCase(),
        id.toUpperCase(),
        id.replaceAll('-', ''),
        `${id} `,
        ` ${id}`,
      ]
      return others.map((other) => withValue(draft, 'Request-Id', other))
    },
  },
  {
    cause: 'client-id-misspelt',
    hint: 'The Client-Id in the text is not that of the header, to the letter.',
    variants: (draft) => {
      const id = valueIn(draft, 'Client-Id') ?? ''
      const others = [id.toLowerCase(), `${id} `, ` ${id}`, `"${id}"`]
      return others.map((other) => withValue(draft, 'Client-Id', other))
    },
  },
]

/** What SNAP signs: METHOD:path:token:hash:timestamp; cards has no token. */
function snapText({ method, body }: Refused): Mistake {
  return {
    cause: 'text-of-other-dialect',
    hint:
      'The text is made as SNAP wants it, in one line. The cards dialect signs lines of names and ' +
      'values, as expected.stringToSign has them.',
    variants: (draft) => {
      const parts = (tokens: readonly string[]) => [
        bare('method', method),
        bare('Request-Target', valueIn(draft, 'Request-Target') ?? ''),
        ...tokens.map((token) => bare('access token', token)),
        bare('Digest', hashOf(body).toString('hex')),
        bare('Request-Timestamp', valueIn(draft, 'Request-Timestamp') ?? ''),
      ]
      return [[], ['']].map((tokens) => ({ parts: parts(tokens), separator: ':', ending: '' }))
    },
  }
}

function relabelled(draft: Draft, labelOf: (name: string) => string): Draft {
  return { ...draft, parts: draft.parts.map((part) => ({ ...part, label: labelOf(part.name) })) }
}
