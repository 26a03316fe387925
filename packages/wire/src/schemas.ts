/** The TypeBox schemas of every shape; OpenAPI, serializers and the types are made from them. */
export * from './cards/capture.wire.ts'
export * from './cards/charge.wire.ts'
export * from './cards/check-three-d-secure.wire.ts'
export * from './cards/refund.wire.ts'
export * from './cards/shared.wire.ts'
export * from './cards/tokens.wire.ts'
export * from './cards/transaction.wire.ts'
