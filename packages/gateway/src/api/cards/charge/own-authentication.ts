/**
 * MPI: an authentication that the merchant made with a server of its own (wire.md 4.3). Both spellings
 * of the documentation are read. The lengths of its table are maxima: its own sample breaks them.
 */
import type { AuthenticationProof } from '../../../networks/card-acquirer/contract.ts'
import { CardError } from '../card-error.ts'
import { type Members, memberOf, objectOf, requiredTextOf, textOf } from '../fields.ts'

const spellings = [
  { name: '3ds', transactionId: 'ds_transaction_id' },
  { name: 'threeDS', transactionId: 'dsTransactionId' },
] as const

/** Undefined where none is sent; Y must prove itself by cavv and eci, A is an attempt (design.md 5). */
export function ownAuthenticationOf(
  authentication: Members | undefined,
): AuthenticationProof | undefined {
  const spelling = spellings.find(({ name }) => memberOf(authentication, name) !== undefined)
  if (!spelling) return undefined
  const path = `authentication.${spelling.name}`
  const members = objectOf(authentication, path)
  const field = (name: string) => `${path}.${name}`
  const status = requiredTextOf(members, field('status'), 1).toUpperCase()
  if (status !== 'Y' && status !== 'A') {
    throw new CardError('field_invalid', { field: field('status') })
  }
  const text = status === 'Y' ? requiredTextOf : textOf
  const eci = text(members, field('eci'), 2)
  if (eci !== undefined && !/^[0-9]{1,2}$/.test(eci)) {
    throw new CardError('field_invalid', { field: field('eci') })
  }
  const cryptogram = text(members, field('cavv'), 1_024)
  return {
    eci: eci ?? '',
    cryptogram,
    directoryServerTransactionId:
      textOf(members, field(spelling.transactionId), 128) ?? textOf(members, field('xid'), 128),
    version: textOf(authentication, 'authentication.version', 16),
  }
}
