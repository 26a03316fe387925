/** Electronic Commerce Indicator by brand and status, as the schemes define it (design.md 5). */

export type CardBrand = 'VISA' | 'MASTER' | 'JCB' | 'AMEX'
export type AuthenticationStatus = 'authenticated' | 'attempted' | 'none'

export const electronicCommerceIndicators: Readonly<
  Record<CardBrand, Readonly<Record<AuthenticationStatus, string>>>
> = {
  VISA: { authenticated: '05', attempted: '06', none: '07' },
  JCB: { authenticated: '05', attempted: '06', none: '07' },
  AMEX: { authenticated: '05', attempted: '06', none: '07' },
  MASTER: { authenticated: '02', attempted: '01', none: '00' },
}
