/**
 * bankCardToken and authCode: 32 hexadecimal digits that say nothing. A token is looked up by a
 * keyed fingerprint and kept sealed, because a merchant may ask for it again; an authCode is known by
 * its fingerprint only.
 */
import type { KeyRing, SealedColumn } from '../platform/key-ring/index.ts'
import type { Random } from '../primitives/random.ts'
import type { Secret } from '../primitives/secret.ts'

export const newToken = (random: Random): string => random.bytes(16).toString('hex')

export const tokenFingerprint = (keyRing: KeyRing, token: string): Buffer =>
  keyRing.fingerprint('bank-card-token', token)

export const authCodeFingerprint = (keyRing: KeyRing, authCode: string): Buffer =>
  keyRing.fingerprint('binding-auth-code', authCode)

export const cpanFingerprint = (keyRing: KeyRing, cpan: Secret<string>): Buffer =>
  cpan.reveal((digits) => keyRing.fingerprint('cpan', digits))

type Key = { readonly merchantId: string; readonly bindingId: string }

const tokenContext = ({ merchantId, bindingId }: Key) => `bindings:${merchantId}:${bindingId}:token`
const accountContext = ({ merchantId, bindingId }: Key) =>
  `bindings:${merchantId}:${bindingId}:account`

export const sealToken = (keyRing: KeyRing, key: Key, token: string): Buffer =>
  keyRing.seal(tokenContext(key), Buffer.from(token))

export const openToken = async (keyRing: KeyRing, key: Key, sealed: Buffer): Promise<string> =>
  (await keyRing.open(tokenContext(key), sealed)).toString()

export const sealAccount = (keyRing: KeyRing, key: Key, account: string): Buffer =>
  keyRing.seal(accountContext(key), Buffer.from(account))

export const openAccount = async (keyRing: KeyRing, key: Key, sealed: Buffer): Promise<string> =>
  (await keyRing.open(accountContext(key), sealed)).toString()

/** What a rotation of the keys seals afresh. */
export const sealedBindings: readonly SealedColumn[] = [
  { column: 'sealed_token', name: 'tokens of bound cards', context: tokenContext },
  { column: 'sealed_account', name: 'accounts of bound cards', context: accountContext },
].map(({ column, name, context }) => ({
  name,
  table: 'bindings',
  column,
  key: ['merchant_id', 'binding_id'],
  contextOf: ([merchantId = '', bindingId = '']) => context({ merchantId, bindingId }),
}))
