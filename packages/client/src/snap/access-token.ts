/** The merchant's access token: fetched when it is needed, used until shortly before its end. */
import type { B2bTokenResponse } from '@gerbang/wire'
import { type AccessTokenSource, callForToken, type SnapDeps } from './snap-call.ts'

/** A call on its way with the token, and clocks that differ by as much. */
const marginMs = 30_000

type Kept = {
  readonly answer: Promise<string>
  token?: string
  usableUntilMs: number
}

export function createAccessTokenSource(deps: SnapDeps): AccessTokenSource {
  let kept: Kept | undefined

  const ask = (): Promise<string> => {
    const askedAtMs = deps.now().getTime()
    const entry: Kept = {
      answer: fetchToken(deps).then(({ token, lifetimeMs }) => {
        entry.token = token
        entry.usableUntilMs = askedAtMs + lifetimeMs - marginMs
        return token
      }),
      // Until it is here it is waited for.
      usableUntilMs: Number.POSITIVE_INFINITY,
    }
    entry.answer.catch(() => {
      if (kept === entry) kept = undefined
    })
    kept = entry
    return entry.answer
  }
  return {
    get: async (refused) => {
      const isUsable = kept !== undefined && kept.usableUntilMs > deps.now().getTime()
      const isRefused = refused !== undefined && kept?.token === refused
      return kept && isUsable && !isRefused ? kept.answer : ask()
    },
  }
}

async function fetchToken(deps: SnapDeps): Promise<{ token: string; lifetimeMs: number }> {
  const json = { grantType: 'client_credentials' }
  const { body } = await callForToken<B2bTokenResponse>(deps, { service: 'b2b-token', json })
  // Some gateways tell it as a text (wire.md 6.1).
  return { token: body.accessToken, lifetimeMs: Number(body.expiresIn) * 1_000 || 0 }
}
