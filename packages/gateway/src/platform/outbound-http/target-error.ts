/** A URL or an address to which nothing is sent; its text holds nothing of them. */
export class TargetError extends Error {}
