/** How the load signs what it sends. */
import { randomUUID } from 'node:crypto'
import { digestOf, formatSnapTimestamp, formatTimestamp, sign, signSnapCall } from '@gerbang/wire'

export type Signing =
  | { readonly kind: 'cards'; readonly clientId: string; readonly secretKey: string }
  | {
      readonly kind: 'snap'
      readonly clientId: string
      readonly secretKey: string
      readonly accessToken: string
    }
  /** Headers that serve every request: a signed token request may be sent again. */
  | { readonly kind: 'given'; readonly headers: Readonly<Record<string, string>> }

/** The headers of one request. */
export function headersOf(signing: Signing, path: string, body: string): Record<string, string> {
  const common = {
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
  }
  switch (signing.kind) {
    case 'cards':
      return { ...common, ...cardHeaders(signing, path, body) }
    case 'snap':
      return { ...common, ...snapHeaders(signing, path, body) }
    case 'given':
      return { ...common, ...signing.headers }
  }
}

function cardHeaders(
  { clientId, secretKey }: Extract<Signing, { kind: 'cards' }>,
  path: string,
  body: string,
) {
  const parts = {
    clientId,
    requestId: randomUUID(),
    timestamp: formatTimestamp(new Date()),
    requestTarget: path,
    digest: digestOf(body),
  }
  return {
    'Client-Id': clientId,
    'Request-Id': parts.requestId,
    'Request-Timestamp': parts.timestamp,
    Signature: sign('request', parts, secretKey),
  }
}

function snapHeaders(
  { clientId, secretKey, accessToken }: Extract<Signing, { kind: 'snap' }>,
  path: string,
  body: string,
) {
  const parts = { method: 'POST', path, accessToken, timestamp: formatSnapTimestamp(new Date()) }
  return {
    'X-PARTNER-ID': clientId,
    'X-EXTERNAL-ID': randomUUID(),
    'X-TIMESTAMP': parts.timestamp,
    'X-SIGNATURE': signSnapCall(parts, body, secretKey),
    Authorization: `Bearer ${accessToken}`,
  }
}
