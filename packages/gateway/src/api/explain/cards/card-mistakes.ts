/** Mistakes in the lines that the cards dialect signs (wire.md 2.2), in the order they are tried. */
import { formatTimestamp } from '@gerbang/wire'
import { hashOf, otherEnds, reserialised } from '../bodies.ts'
import { bare, type Draft, type Part, valueIn, withoutPart, withValue } from '../draft.ts'
import type { Refused } from '../explanation.ts'
import type { Mistake } from '../search.ts'
import {
  headerOf,
  missingParts,
  partOrder,
  pathMistakes,
  timestampDiffers,
  trailingNewline,
} from '../text-mistakes.ts'

/** Signed in the place of another, they are a copy and paste that was not finished. */
const paths = [
  '/credit-card/check-three-d-secure',
  '/credit-card/charge',
  '/credit-card/capture',
  '/credit-card/v1/payment-page',
  '/cancellation/credit-card/refund',
  '/tokenization/v2/get-token',
  '/tokenization/v2/delete-token',
  '/orders/v1/status',
  '/orders/v1/status/',
  '/checkout/v1/payment',
]

export function cardMistakes(refused: Refused): readonly Mistake[] {
  const query = refused.url.slice(refused.url.split('?', 1)[0]?.length)
  const [withHost, slash, wrongPath] = pathMistakes('Request-Target', refused, paths) as [
    Mistake,
    Mistake,
    Mistake,
  ]
  return [
    trailingNewline,
    {
      cause: 'crlf',
      isCommon: true,
      hint: 'The lines are joined by CRLF. One LF (\\n) stands between them, whatever the machine.',
      variants: (draft) => ['', '\r\n'].map((ending) => ({ ...draft, separator: '\r\n', ending })),
    },
    {
      cause: 'lines-not-joined-by-newline',
      hint:
        'The lines are joined by something else than one LF. In single quotes \\n is a ' +
        'backslash and an n.',
      variants: (draft) =>
        ['\\n', '', ' ', '\r', '\n\n', ',', ':', '|'].map((separator) => ({ ...draft, separator })),
    },
    {
      cause: 'space-after-colon',
      isCommon: true,
      hint: 'There is a space behind the colon of each line, or in front of it. There must be none.',
      variants: (draft) => [
        relabelled(draft, (name) => `${name}: `),
        relabelled(draft, (name) => `${name} :`),
      ],
    },
    ...digestMistakes(refused),
    {
      cause: 'path-with-query',
      hint: 'Sign the path alone: a query is not part of Request-Target.',
      variants: (draft) =>
        query === ''
          ? []
          : [withValue(draft, 'Request-Target', `${valueIn(draft, 'Request-Target')}${query}`)],
    },
    slash,
    withHost,
    wrongPath,
    {
      cause: 'names-of-lines',
      hint:
        'The names of the lines are Client-Id, Request-Id, Request-Timestamp, Request-Target ' +
        'and Digest, to the letter.',
      variants: (draft) => [
        relabelled(draft, (name) => `${name.toLowerCase()}:`),
        relabelled(draft, (name) => `${name.toUpperCase()}:`),
        relabelled(draft, (name) => `${name.replace('Request-Timestamp', 'Response-Timestamp')}:`),
        relabelled(draft, () => ''),
      ],
    },
    missingParts(['Client-Id', 'Request-Id', 'Request-Timestamp', 'Request-Target']),
    {
      cause: 'request-id-differs',
      hint: 'The Request-Id in the text is not that of the header, which is another writing of it.',
      variants: (draft) => {
        const id = valueIn(draft, 'Request-Id') ?? ''
        const others = [id.toLowerCase(), id.toUpperCase(), id.replaceAll('-', '')]
        return others.map((other) => withValue(draft, 'Request-Id', other))
      },
    },
    partOrder,
    timestampDiffers('Request-Timestamp', formatTimestamp),
  ]
}

function relabelled(draft: Draft, labelOf: (name: string) => string): Draft {
  return { ...draft, parts: draft.parts.map((part) => ({ ...part, label: labelOf(part.name) })) }
}

function digestMistakes(refused: Refused): readonly Mistake[] {
  const { body, method } = refused
  const withDigest = (value: string) => (draft: Draft) =>
    withLine(draft, { ...bare('Digest', value), label: 'Digest:' })
  const digests = (values: readonly string[]) => (draft: Draft) =>
    values.map((value) => withDigest(value)(draft))
  const base64 = (text: string | Buffer) => hashOf(text).toString('base64')
  if (method !== 'POST') {
    return [
      {
        cause: 'digest-on-get',
        isCommon: true,
        hint: 'A GET has no Digest line: Request-Target is the last, with nothing behind it.',
        variants: digests([base64(''), '', base64('{}'), base64(body), base64('null')]),
      },
    ]
  }
  const sent = headerOf(refused, 'digest')
  return [
    {
      cause: 'missing-digest',
      isCommon: true,
      hint: 'A POST signs a fifth line: Digest: and base64(SHA-256(body)), without a space between.',
      variants: (draft) => [withoutPart(draft, 'Digest')],
    },
    {
      cause: 'digest-of-reserialised-body',
      hint:
        'The digest is of the same JSON, written in another way. Serialise once, hash these ' +
        'bytes, and send these bytes.',
      variants: digests(reserialised(body).map(base64)),
    },
    {
      cause: 'digest-of-other-ends',
      hint:
        'The digest is of the body with another end: a newline too many or too few. Hash the ' +
        'bytes that you send.',
      variants: digests(otherEnds(body).map(base64)),
    },
    {
      cause: 'digest-of-nothing',
      hint: 'The digest is empty, or of an empty body. Hash the bytes that you send.',
      variants: digests([base64(''), '', base64('{}'), base64('null')]),
    },
    {
      cause: 'digest-in-other-form',
      hint:
        'The digest must be the base64 of the 32 bytes of SHA-256: not hexadecimal, not the ' +
        'base64 of URLs, no other hash, nothing in front.',
      variants: digests([
        hashOf(body).toString('hex'),
        hashOf(body).toString('base64url'),
        Buffer.from(hashOf(body).toString('hex')).toString('base64'),
        base64(body).replace(/=+$/, ''),
        `SHA-256=${base64(body)}`,
        `SHA256=${base64(body)}`,
        hashOf(body, 'sha512').toString('base64'),
        hashOf(body, 'sha1').toString('base64'),
        hashOf(body, 'md5').toString('base64'),
      ]),
    },
    {
      cause: 'digest-of-other-body',
      hint:
        'The digest is of another body than the one that was sent; it is the one in your Digest ' +
        'header.',
      variants: digests(sent === undefined ? [] : [sent]),
    },
  ]
}

/** The draft with this line, in the place of the one of its name or at the end. */
function withLine(draft: Draft, line: Part): Draft {
  return { ...draft, parts: [...draft.parts.filter(({ name }) => name !== line.name), line] }
}
