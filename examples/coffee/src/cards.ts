/** A customer's card: bound once on the gateway's page, and unbound. Its number is never kept. */
import {
  type Client,
  GerbangConnectionError,
  GerbangError,
  GerbangSignatureError,
  GerbangSnapError,
  type KkiNotification,
  type SnapClient,
} from '@gerbang/client'
import { textOfRefusal, unreachable } from './customer-texts.ts'
import type { Customer } from './customers.ts'

/** Begins to bind a card, and gives the page where the customer goes; undefined if refused. */
export async function bindCard(
  gerbang: SnapClient,
  customer: Customer,
  { cpan, cafeUrl }: { readonly cpan: string; readonly cafeUrl: string },
): Promise<string | undefined> {
  try {
    const { body } = await gerbang.bindCard({
      card: { cpan },
      custIdMerchant: customer.custIdMerchant,
      additionalInfo: {
        successRegistrationUrl: `${cafeUrl}/card/back`,
        failedRegistrationUrl: `${cafeUrl}/card/back`,
      },
    })
    const pageUrl = body.redirectUrl ?? '/'
    customer.card = { kind: 'asked', lastDigits: cpan.slice(-4), pageUrl }
    return pageUrl
  } catch (error) {
    customer.card = { kind: 'none', problem: problemOf(error) }
    return undefined
  }
}

function problemOf(error: unknown): string {
  if (error instanceof GerbangSnapError) return textOfRefusal(error.responseCode)
  if (error instanceof GerbangConnectionError) return unreachable
  throw error
}

/** Believes a notification, which was verified, about a binding of this customer. */
export function takeBinding(customer: Customer, { additionalInfo }: KkiNotification): void {
  const { status, bankCardToken } = additionalInfo
  if (customer.card.kind !== 'asked') return
  const { lastDigits } = customer.card
  customer.card =
    status === 'SUCCESS' && bankCardToken !== undefined
      ? { kind: 'bound', lastDigits, bankCardToken }
      : { kind: 'none', problem: 'Your bank could not confirm your card. Please try again.' }
}

/**
 * Whether the card is bound meanwhile: the notification may be late. Where the customer comes back
 * from the page nothing but our own question can be believed: anybody may open that address.
 */
export async function askForToken(cards: Client, customer: Customer): Promise<void> {
  const { card, custIdMerchant } = customer
  if (card.kind !== 'asked') return
  try {
    const channel = { id: 'KARTU_KREDIT_INDONESIA' }
    const { body } = await cards.listTokens({ customer: { id: custIdMerchant }, channel })
    const token = body.tokens.find((one) => one.masked_account.endsWith(card.lastDigits))
    if (token && customer.card.kind === 'asked') {
      customer.card = { kind: 'bound', lastDigits: card.lastDigits, bankCardToken: token.id }
    }
  } catch (error) {
    const isGerbangs = [GerbangError, GerbangConnectionError, GerbangSignatureError].some(
      (kind) => error instanceof kind,
    )
    // The notification will tell.
    if (!isGerbangs) throw error
  }
}

/** From now on the token pays no more; where the answer is lost the customer may try again. */
export async function unbindCard(gerbang: SnapClient, customer: Customer): Promise<void> {
  const { card } = customer
  if (card.kind !== 'bound') return
  try {
    await gerbang.unbindCard({ bankCardToken: card.bankCardToken })
    customer.card = { kind: 'none' }
  } catch (error) {
    if (error instanceof GerbangConnectionError) return
    if (!(error instanceof GerbangSnapError)) throw error
    // Not found: it was unbound before.
    if (error.httpStatus === 404) customer.card = { kind: 'none' }
  }
}
