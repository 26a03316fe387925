/** What can be told of a card number by its digits alone (ISO/IEC 7812). */

/** Whether the digits pass the Luhn check (ISO/IEC 7812-1 annex B). */
export function passesLuhn(digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const doubled = i % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/**
 * First 6 and last 4 digits, whatever the length: `557338******1101` (design.md 5, Mask). What is too
 * short to be a card number would be shown whole, and is not.
 */
export function maskCardNumber(digits: string): string {
  if (digits.length < 13) return '******'
  return `${digits.slice(0, 6)}******${digits.slice(-4)}`
}

/** The first 8 digits: the issuer identification number of ISO/IEC 7812-1:2017. */
export function binOf(digits: string): string {
  return digits.slice(0, 8)
}
