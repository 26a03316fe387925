/** What is wrong with a signature by the Secret Key, in either dialect: its key, its text, its form. */
import type { Merchant } from '../../../merchants/index.ts'
import type { Draft } from '../draft.ts'
import type { Cause, Finding, Known, Refused } from '../explanation.ts'
import { otherContentType } from '../headers.ts'
import { type Found, type Mistake, search } from '../search.ts'
import { hashOfLength, waysToSign, wrongSecret } from './secrets.ts'
import { explainSentKey } from './sent-keys.ts'
import { isOfRsa, type ReadSignature } from './signature-forms.ts'

/** How a dialect signs a call. */
export type SignatureRules = {
  /** As it came. */
  readonly header: string
  read(header: string): ReadSignature
  write(bytes: Buffer): string
  /** Mistakes in the text, in the order they are tried. */
  mistakes(): readonly Mistake[]
  /** The hash of the HMAC that is wanted. */
  readonly hash: string
  readonly wrongHash: (hash: string) => Cause
  readonly asymmetric: Cause
}

/** The texts that the door takes. */
export type Drafts = readonly [Draft, ...Draft[]]

type Signed = Pick<Finding, 'received' | 'signature'> & {
  readonly isRight: boolean
  readonly causes: readonly Cause[]
  readonly expected: Draft
}

/** @param whenRight why a request was refused that is signed rightly */
export function explainSignature(
  refused: Refused,
  known: Known,
  right: Drafts,
  { whenRight, ...rules }: SignatureRules & { readonly whenRight: Cause },
): Finding | undefined {
  const { merchant } = known
  if (!merchant) return undefined
  const signed = lookAt(refused, known, merchant, right, rules)
  const { causes, expected, received, signature } = signed
  const [first = whenRight, ...others] = signed.isRight ? [whenRight, ...causes] : causes
  return { causes: [first, ...others], expected, received, signature }
}

/** A finding that says nothing of the signature, with what is wrong with that too. */
export function besideSignature(
  finding: Finding,
  refused: Refused,
  known: Known,
  right: Drafts,
  rules: SignatureRules,
): Finding {
  const { merchant } = known
  if (!merchant) return finding
  const { causes, received } = lookAt(refused, known, merchant, right, rules)
  return {
    ...finding,
    causes: [...finding.causes, ...causes],
    received: received ?? finding.received,
    isReceivedProven: received !== undefined,
  }
}

function lookAt(
  refused: Refused,
  known: Known,
  merchant: Merchant,
  right: Drafts,
  rules: SignatureRules,
): Signed {
  const [expected] = right
  const sentKey = explainSentKey(rules.header, known)
  if (sentKey) return { isRight: false, causes: [sentKey], expected }
  const { bytes, causes: forms } = rules.read(rules.header)
  const found = bytes && search(right, rules.mistakes(), waysToSign(bytes, merchant, known.others))
  const kind = bytes ? mistakesOfKind(bytes, found, rules) : []
  const type = otherContentType(refused)
  const named = [...forms, ...kind, ...(found?.causes ?? [])]
  const left = found || named.length > 0 ? [] : [type ?? wrongSecret(merchant.clientId, refused)]
  return {
    isRight: found !== undefined && named.length === 0,
    // A type that is no JSON is told in any case: it would be the next refusal.
    causes: [...new Set([...named, ...left, ...(type ? [type] : [])])],
    expected: found?.expected ?? expected,
    received: found?.draft,
    signature:
      forms.length > 0 && bytes
        ? { expected: rules.write(bytes), received: rules.header }
        : undefined,
  }
}

/** What is certain by the length of a signature, whatever was signed. */
function mistakesOfKind(bytes: Buffer, found: Found | undefined, rules: SignatureRules): Cause[] {
  if (isOfRsa(bytes)) return [rules.asymmetric]
  const hash = hashOfLength(bytes)
  if (hash === undefined || hash === rules.hash) return []
  const wrong = rules.wrongHash(hash)
  if (found) return [wrong]
  return [
    { ...wrong, hint: `${wrong.hint} Mend this first: what else may be wrong can be told then.` },
  ]
}
