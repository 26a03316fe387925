import type { Money } from '../../primitives/money.ts'

/** An amount as the pages write it: `Rp 90.000`, with sen only where there are any: `Rp 11.500,50`. */
export function rupiahText({ minor }: Money): string {
  const whole = String(minor / 100n).replace(/\B(?=(\d{3})+$)/g, '.')
  const sen = minor % 100n
  return sen === 0n ? `Rp ${whole}` : `Rp ${whole},${String(sen).padStart(2, '0')}`
}
