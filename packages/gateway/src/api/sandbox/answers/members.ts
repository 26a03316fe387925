/** Members that answers of several calls have. */
import { Type } from 'typebox'

export const clientId = Type.String({
  description: 'Client-Id of cards; X-PARTNER-ID and X-CLIENT-KEY of SNAP.',
  examples: ['MCH-0001-10791114622547'],
})

export const invoiceNumber = Type.String({ examples: ['INV-1'] })

export const instant = (description: string) =>
  Type.String({ format: 'date-time', description, examples: ['2026-11-21T09:41:07.000Z'] })

export const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

export const rupiah = (description: string) => Type.Number({ description, examples: [90000] })

/** Three members of every message, by which a network knows it again (ISO 8583: fields 11, 37, 39). */
export const responseCode = Type.String({
  description: 'What the network answers.',
  examples: ['00'],
})
export const stan = Type.String({ description: 'System trace audit number.', examples: ['000001'] })
export const rrn = Type.String({
  description: 'Retrieval reference number.',
  examples: ['632500000001'],
})
