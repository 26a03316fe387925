/** What is told to the sender of messages, and what its worker is told. */
import type { Secret } from '../../primitives/secret.ts'

type Login<Password> = {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: Password
}

export type KafkaSettings = {
  /** `host:port`, an IPv6 address in brackets. */
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Undefined: no TLS. Without `ca` the authorities that Node knows are believed. */
  readonly tls: { readonly ca: Buffer | undefined } | undefined
  readonly sasl: Login<Secret<string>> | undefined
}

export type KafkaMessage = {
  readonly topic: string
  /** Messages of one key are in one partition, and so in order. */
  readonly key: string
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** The settings as they pass to another thread, where a Buffer arrives as bytes and a Secret not at all. */
export type WorkerSettings = Pick<KafkaSettings, 'brokers' | 'clientId'> & {
  readonly tls: { readonly ca: Uint8Array | undefined } | undefined
  readonly sasl: Login<string> | undefined
}

export type SendCommand = { readonly id: number; readonly messages: readonly KafkaMessage[] }

export type SendAnswer = { readonly id: number; readonly outcome: SendOutcome }

/** Failed: nobody knows which of the messages the broker has. */
export type SendOutcome =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'failed'; readonly reason: string }
