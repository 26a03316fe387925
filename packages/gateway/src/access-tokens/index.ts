/**
 * Access tokens that SNAP merchants call with: a JWT signed with the gateway's key (RS256), bound to
 * a client, verified without a look-up. Why there is no library: docs/decisions/0011. Those that
 * merchants issue, for our calls to them, are in merchant-tokens.ts.
 * Times in it are real time, because clients compare them with their own clock. A token also ends
 * when the business clock says so, which only the sandbox can move (POST /sandbox/clock).
 */
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import type { RsaKeyPair } from '../platform/generated-keys/index.ts'
import { type Clock, later } from '../primitives/clock.ts'

export { createMerchantTokens, type MerchantTokens } from './merchant-tokens.ts'

/** What a token is for. One of another use is no token at all. */
export type AccessTokenUse = 'b2b' | 'b2b2c' | 'b2b2c-refresh'

export type AccessTokenHolder = {
  readonly clientId: string
  /** Of the merchant; only tokens of a customer name one. */
  readonly customerId?: string | undefined
}

export type IssuedToken = {
  readonly token: string
  readonly lifetimeSeconds: number
  readonly expiresAt: Date
}

export type AccessTokens = {
  issue(use: AccessTokenUse, holder: AccessTokenHolder): Promise<IssuedToken>
  /** The holder; undefined where the token is none, of another use or client, or has expired. */
  verify(use: AccessTokenUse, clientId: string, token: string): AccessTokenHolder | undefined
  /** Whether we signed a token, whatever its use, its client and its end. */
  isOurs(token: string): boolean
}

/** 900 by wire.md 6.1; how long a refresh token lives is not documented. */
const lifetimeSeconds: Readonly<Record<AccessTokenUse, number>> = {
  b2b: 900,
  b2b2c: 900,
  'b2b2c-refresh': 30 * 86_400,
}

/** As in DOKU's sample (wire.md 6.1). */
const issuer = 'DOKU'

/** The only header: a token with another one was not made here, whatever it says of its algorithm. */
const header = base64url({ alg: 'RS256', typ: 'JWT' })

/** Ours hold some hundred characters; what is longer is not worth the work. */
const longestToken = 2_048

type Payload = {
  readonly iss: string
  readonly clientId: string
  readonly customerId?: string
  readonly use: AccessTokenUse
  readonly iat: number
  readonly exp: number
  /** The end by the business clock, which may be ahead of real time. */
  readonly businessExp: number
}

export function createAccessTokens(deps: { keys: RsaKeyPair; clock: Clock }): AccessTokens {
  const { keys, clock } = deps
  const privateKey = keys.privateKey.reveal((pem) => createPrivateKey(pem))
  const publicKey = createPublicKey(keys.publicKey)
  return {
    issue: async (use, { clientId, customerId }) => {
      const seconds = lifetimeSeconds[use]
      const now = clock.realNow()
      const payload: Payload = {
        iss: issuer,
        clientId,
        ...(customerId === undefined ? {} : { customerId }),
        use,
        iat: toSeconds(now),
        exp: toSeconds(now) + seconds,
        businessExp: toSeconds(clock.now()) + seconds,
      }
      const text = `${header}.${base64url(payload)}`
      // In a thread of its own: it takes longer than everything else of a token call.
      const signature = await signInThread('sha256', Buffer.from(text), privateKey)
      return {
        token: `${text}.${signature.toString('base64url')}`,
        lifetimeSeconds: seconds,
        expiresAt: later(new Date(payload.iat * 1_000), seconds * 1_000),
      }
    },
    verify: (use, clientId, token) => {
      const payload = open(token)
      if (!payload || payload.use !== use || payload.clientId !== clientId) return undefined
      const isOver =
        payload.exp * 1_000 <= clock.realNow().getTime() ||
        payload.businessExp * 1_000 <= clock.now().getTime()
      return isOver ? undefined : { clientId, customerId: payload.customerId }
    },
    isOurs: (token) => open(token) !== undefined,
  }

  /** What we signed; nothing of the payload is read before the signature is right. */
  function open(token: string): Payload | undefined {
    if (token.length > longestToken) return undefined
    const [first, payload = '', signature = '', ...rest] = token.split('.')
    if (first !== header || rest.length > 0 || !/^[\w-]+$/.test(signature)) return undefined
    const signed = Buffer.from(`${first}.${payload}`)
    if (!verify('sha256', signed, publicKey, Buffer.from(signature, 'base64url'))) return undefined
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'))
  }
}

const signInThread = promisify(sign)

function base64url(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function toSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / 1_000)
}
