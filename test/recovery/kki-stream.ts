/** A stream of KKI calls that a gateway serves while something else happens to it. */
import assert from 'node:assert/strict'
import {
  bindBody,
  newReference,
  payByTokenBody,
  refundBody,
  rightOtp,
} from '../conformance/kki/calls.ts'
import { overAndOver } from '../harness/charge-stream.ts'
import { controlProcess } from '../harness/process.ts'
import type { SnapMerchant } from '../harness/snap.ts'
import { bindAndPayBody, callKkiProcess, type KkiCall, processToken } from './kki-calls.ts'

export type KkiStream = {
  /** The tokens of all cards that were bound. */
  readonly tokens: string[]
  /** The answers that served nothing. */
  readonly refusals: Set<string>
  /** How many calls were sent. */
  calls(): number
  /** Begins to bind a card; what ends it gives the token. */
  begin(): Promise<() => Promise<string>>
  /** A payment by a token, of which a part goes back. */
  pay(token: string): Promise<void>
  /** Binds cards in both ways and pays by them over and over, so many at once, until it is stopped. */
  run(workers: number): { stop(): Promise<void> }
}

export async function kkiStream(url: string): Promise<KkiStream> {
  const merchant: SnapMerchant = (await controlProcess(url, '/sandbox/credentials')).body
  const token = await processToken(url, merchant)
  const tokens: string[] = []
  const refusals = new Set<string>()
  let calls = 0
  const send = async (call: KkiCall) => {
    calls += 1
    const answer = await callKkiProcess(url, merchant, call, { token })
    if (answer?.status !== 200) refusals.add(`${call.service}: ${answer?.text}`)
    return answer?.body
  }
  const begin = async () => {
    const begun = await send({
      service: 'bind-card',
      channel: 'H2H',
      body: bindBody(merchant),
    })
    const authCode = begun?.additionalInfo?.authCode
    return async () => {
      const bound = await send({ service: 'verify-otp', body: { otp: rightOtp, authCode } })
      return keep(bound?.bankCardToken)
    }
  }
  const keep = (bankCardToken: string | undefined) => {
    assert.ok(bankCardToken, [...refusals].join())
    tokens.push(bankCardToken)
    return bankCardToken
  }
  const pay = async (bankCardToken: string) => {
    const body = payByTokenBody(bankCardToken)
    await send({ service: 'pay', body })
    await send({ service: 'refund', body: refundBody(body.partnerReferenceNo, '1500.25') })
  }
  const live = async () => {
    const end = await begin()
    await pay(await end())
    const paid = await send({ service: 'pay', body: bindAndPayBody(newReference('CUST')) })
    await pay(keep(paid?.bankCardToken))
    for (let i = 0; i < 4; i++) await pay(tokens[(calls * 7 + i) % tokens.length] ?? '')
  }
  return {
    tokens,
    refusals,
    calls: () => calls,
    begin,
    pay,
    run: (workers) => overAndOver(live, workers),
  }
}
