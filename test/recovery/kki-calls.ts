/** A merchant of KKI whose gateways are processes that may die, and what outlives them. */
import assert from 'node:assert/strict'
import type { MessageFilter } from '../../packages/gateway/src/networks/kki-switch/simulator/index.ts'
import {
  channel,
  createKkiMerchant,
  type KkiMerchant,
  type KkiOptions,
  type KkiService,
  payBody,
  payByTokenBody,
  seenKki,
  served,
  signedKki,
} from '../conformance/kki/calls.ts'
import { sendToProcess, startDyingProcess } from '../harness/process.ts'
import { accessToken, type SnapMerchant, snapPaths, tokenHeaders } from '../harness/snap.ts'
import { assertKilled, hurryLooks } from '../harness/survivor.ts'
import { type Answer, control, post } from '../harness/world.ts'

export type KkiCall = {
  readonly service: KkiService
  readonly body: object
  readonly channel?: 'DH' | 'H2H'
}

/** The answer of a process, held against the documents; undefined where none came. */
export async function callKkiProcess(
  url: string,
  merchant: SnapMerchant,
  { service, body, ...more }: KkiCall,
  options: KkiOptions & { readonly token: string },
): Promise<Answer | undefined> {
  const { path, ...sent } = signedKki(merchant, service, body, { ...more, ...options })
  const answer = await sendToProcess(`${url}${path}`, { method: 'POST', ...sent })
  return answer && seenKki(service, answer)
}

/** An access token of a process. */
export async function processToken(url: string, merchant: SnapMerchant): Promise<string> {
  const answer = await sendToProcess(`${url}${snapPaths.b2b}`, {
    method: 'POST',
    headers: tokenHeaders(merchant),
    body: '{"grantType":"client_credentials"}',
  })
  assert.equal(answer?.status, 200, answer?.text)
  return answer?.body.accessToken
}

/** A merchant of what outlives a gateway; `askDeadlineMs` is how long it waits for a lost answer. */
export async function createSurvivingMerchant(askDeadlineMs: number): Promise<KkiMerchant> {
  const merchant = await createKkiMerchant({ config: { askDeadlineMs } })
  await merchant.world.app.jobs.stop()
  return merchant
}

/** Calls a gateway that dies on the way. */
export async function callDying(
  merchant: KkiMerchant,
  call: KkiCall,
  { die, externalId }: { readonly die: string; readonly externalId: string },
): Promise<void> {
  const { world } = merchant
  const dying = await startDyingProcess(world.testDatabase, die)
  const token = await accessToken(world.app.server, merchant)
  await assertKilled(dying, await callKkiProcess(dying.url, merchant, call, { token, externalId }))
}

/** Lets a gateway look at everything that is unfinished; it dies on the way. */
export async function workDying({ world }: KkiMerchant, die: string): Promise<void> {
  await hurryLooks(world.database)
  await assertKilled(await startDyingProcess(world.testDatabase, die, { GERBANG_RUN_JOBS: '1' }))
}

/** What the switch received, oldest first. */
export async function kindsOf(
  { world, clientId }: KkiMerchant,
  filter: MessageFilter,
): Promise<string[]> {
  return (await world.kkiSimulator.messages(clientId, filter)).map(({ kind }) => kind)
}

/** What the switch has taken of and given back for a payment. */
export async function standingOf(
  { world, clientId }: KkiMerchant,
  partnerReferenceNo: string,
): Promise<{ paid: bigint; refunded: bigint }[]> {
  const all = await world.kkiSimulator.standing(clientId, partnerReferenceNo)
  return all.map(({ paid, refunded }) => ({ paid, refunded }))
}

/** A customer's tokens, as the merchant lists them. */
export async function tokensOf({ world }: KkiMerchant, customer: string): Promise<string[]> {
  const body = { customer: { id: customer }, channel: { id: channel } }
  const answer = await post(world, '/tokenization/v2/get-token', body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body.tokens.map(({ id }: { id: string }) => id)
}

/** A payment by CPAN that binds the card as well. */
export function bindAndPayBody(customerId: string, value?: string) {
  const body = payBody(value === undefined ? {} : { value })
  const additionalInfo = { ...body.additionalInfo, isBindAndPay: true, customer: { customerId } }
  return { ...body, additionalInfo }
}

/** The customer has one bound card, which pays. */
export async function assertBoundOnce(merchant: KkiMerchant, customer: string): Promise<void> {
  const tokens = await tokensOf(merchant, customer)
  assert.equal(tokens.length, 1)
  await served(merchant, 'pay', payByTokenBody(tokens[0] ?? ''))
}

/** The events of cards that were unbound, among them each in whose customers this one is. */
export async function unboundEvents({ world }: KkiMerchant, customer: string) {
  const { events } = (await control(world, 'GET', '/sandbox/events?limit=1000')).body
  type Unbound = { type: string; data: { custIdMerchants: string[]; referenceNo: string } }
  return (events as Unbound[]).filter(
    ({ type, data }) => type === 'kki.card.unbound' && data.custIdMerchants.includes(customer),
  )
}
