/** Members that the KKI calls share: the channel, amounts, cards and the names of things (wire.md 7). */
import { decryptCardData, JsonNumber, parseJsonText } from '@gerbang/wire'
import { longestReference } from '@gerbang/wire/schemas'
import type { Merchant } from '../../merchants/index.ts'
import { type Money, money } from '../../primitives/money.ts'
import { Secret } from '../../primitives/secret.ts'
import { longestIdentifier } from '../raw-call.ts'
import type { SnapBody } from './door/door.ts'
import { malformed, mandatoryText, missing, type TextRule, textAt, valueAt } from './fields.ts'
import { SnapError } from './snap-error.ts'

/** What our and the merchant's numbers of things have in common. */
export const referenceRule: TextRule = { maximum: longestReference }

/** An X-EXTERNAL-ID is as long as its header may be. */
export const externalIdRule: TextRule = { maximum: longestIdentifier }

/** The merchant's name of a customer whose card is bound. */
export const customerIdRule = { maximum: 64, pattern: /^[a-zA-Z0-9]+$/ }

const channel = 'KARTU_KREDIT_INDONESIA'

/** `channel` by most sources, `channelId` by the seed's unbinding: one of them must be there. */
export function checkChannel(body: SnapBody): void {
  if (!isChannelGiven(body)) missing('additionalInfo.channel')
}

/** For calls that need none: whether it is there, and then right. */
export function isChannelGiven(body: SnapBody): boolean {
  const given = ['additionalInfo.channel', 'additionalInfo.channelId'].filter((path) => {
    const value = textAt(body, path)
    return value !== undefined && (value === channel || malformed(path))
  })
  return given.length > 0
}

/** An amount of 16.2 digits, exactly: a double would lose some of them. */
export function amountAt(body: SnapBody, path: string): Money {
  const pattern = /^[0-9]{1,16}\.[0-9]{2}$/
  const value = mandatoryText(body, `${path}.value`, { pattern, mayBeNumber: true })
  const currency = mandatoryText(body, `${path}.currency`)
  if (currency !== 'IDR') malformed(`${path}.currency`)
  const minor = BigInt(value.replace('.', ''))
  if (minor === 0n) throw new SnapError('invalid_amount')
  return money(minor, currency)
}

/** `{ value: "11500.00", currency: "IDR" }` */
export function amountOf({ minor, currency }: Money) {
  const digits = String(minor).padStart(3, '0')
  return { value: `${digits.slice(0, -2)}.${digits.slice(-2)}`, currency }
}

/** A CPAN has no check digit and no fixed length (wire.md 7.1); a wrong one is no CPAN. */
export function cpanAt(body: SnapBody, path: string): Secret<string> | undefined {
  const value = valueAt(body, path)
  if (value === undefined) return undefined
  const digits = value instanceof JsonNumber ? value.source : value
  if (typeof digits !== 'string' || !/^[0-9]{1,20}$/.test(digits)) {
    throw new SnapError('invalid_card', { info: 'CPAN' })
  }
  return new Secret(digits)
}

/** Digits that are worth something once: an OTT, or a one-time password. */
export function onceAt(body: SnapBody, path: string, pattern: RegExp): Secret<string> | undefined {
  const digits = textAt(body, path, { pattern, mayBeNumber: true })
  return digits === undefined ? undefined : new Secret(digits)
}

export const ottPattern = /^[0-9]{8}$/

/** The card of a binding; the Secret Key opens it (wire.md 7.5). */
export function cardDataAt(body: SnapBody, path: string, { secretKey }: Merchant) {
  const cardData = mandatoryText(body, path)
  const plain = secretKey.reveal((key) => decryptCardData(cardData, key))
  const json = plain === undefined ? undefined : parseJsonText(Buffer.from(plain))
  if (!json?.ok) throw new SnapError('unauthorized', { reason: 'Invalid cardData' })
  const opened: SnapBody = { [path]: json.value }
  const first = <T>(names: readonly string[], read: (at: string) => T | undefined) =>
    names.map((name) => read(`${path}.${name}`)).find((value) => value !== undefined)
  const cpan = first(['bankCardNo', 'chargeToken', 'cpan'], (at) => cpanAt(opened, at))
  const ott = first(['otp', 'ott'], (at) => onceAt(opened, at, ottPattern))
  return { cpan: cpan ?? missing(`${path}.bankCardNo`), ott }
}
