/**
 * Why a request was refused at the door, for the person who wrote the client. What is tried is the
 * text that should have been signed, with each known mistake made in it: the one whose signature
 * is the one received was made. What no trying shows is found by looking. Pure: who keeps an
 * explanation and shows it is api/sandbox/explanations; live mode has none of it.
 */
import type { Merchant } from '../../merchants/index.ts'
import type { Draft } from './draft.ts'

/** Which rules a call is signed by: a SNAP token call has a signature of its own (wire.md 6.1). */
export type SignedBy = 'cards' | 'snap-call' | 'snap-token'

/** A request that a door refused. */
export type Refused = {
  readonly signedBy: SignedBy
  /** The row of the dialect's errors that it was refused with. */
  readonly row: string
  /** What filled the message of the row. */
  readonly values: Readonly<Record<string, string | number>>
  readonly method: string
  /** As it stood in the request line, with its query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** What the gateway knows beside the request. */
export type Known = {
  /** Of the client id that was sent. */
  readonly merchant: Merchant | undefined
  /** Whose keys are tried beside the merchant's own, newest first. */
  readonly others: readonly Merchant[]
  /** Real time, which timestamps are compared with. */
  readonly now: Date
  /** By which access tokens end as well. */
  readonly businessNow: Date
  /** Whether we signed this token, whatever its use, its client and its end. */
  readonly isOurs: (token: string) => boolean
}

/** One mistake: its name, and what to change. */
export type Cause = { readonly cause: string; readonly hint: string }

/** What was found out, before anything is made fit to be seen. */
export type Finding = {
  /** The first is the cause, the others were made beside it. */
  readonly causes: readonly [Cause, ...Cause[]]
  /** The text that should have been signed. */
  readonly expected: Draft
  /** The text that was signed, where that is known. */
  readonly received?: Draft | undefined
  /** False where `received` follows from the headers, and no known mistake explains the signature. */
  readonly isReceivedProven?: boolean
  /** The signature as it should be written, where only that is wrong. */
  readonly signature?: { readonly expected: string; readonly received: string } | undefined
  /** Seconds by which the client's clock is ahead of ours; below zero where it is behind. */
  readonly skewSeconds?: number | undefined
}

/** The first place at which two texts differ, and how both go on from there. */
export type Difference = {
  /** The line, part or header in which it lies. */
  readonly in: string
  /** Characters before it. */
  readonly position: number
  readonly expected: string
  readonly received: string
}

/** What is shown (sandbox.md, `GET /sandbox/explain/{requestId}`). */
export type Explanation = {
  readonly cause: string
  readonly hint: string
  /** The names of mistakes that were made beside the cause. */
  readonly alsoWrong: readonly string[]
  readonly expected: { readonly stringToSign: string }
  readonly received: {
    readonly method: string
    readonly path: string
    readonly headers: Readonly<Record<string, string>>
    readonly bodyBytes: number
    readonly skewSeconds?: number
    /** null where it cannot be told what was signed. */
    readonly stringToSign: string | null
  }
  readonly firstDifference: Difference | null
}
