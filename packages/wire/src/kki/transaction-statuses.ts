/** SNAP's `latestTransactionStatus`, those that a KKI payment can have, and their descriptions (wire.md 7.9). */
export const transactionStatuses = {
  '00': 'Success',
  '03': 'Pending',
  '04': 'Refunded',
  '06': 'Failed',
} as const

export type TransactionStatus = keyof typeof transactionStatuses
