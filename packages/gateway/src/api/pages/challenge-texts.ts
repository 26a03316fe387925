/** What the challenge page says, in the two languages of its cardholders. */

export type ChallengeTexts = {
  readonly language: string
  readonly title: string
  readonly intro: string
  readonly merchant: string
  readonly amount: string
  readonly card: string
  readonly passwordLabel: string
  readonly submit: string
  readonly cancel: string
  readonly wrongPassword: (triesLeft: number) => string
  readonly unreachable: (triesLeft: number) => string
  readonly testHint: (password: string) => string
  readonly notFoundTitle: string
  readonly notFound: string
}

const english: ChallengeTexts = {
  language: 'en',
  title: 'Confirm your payment',
  intro: 'Your bank asks you to confirm this payment with a one-time password.',
  merchant: 'Merchant',
  amount: 'Amount',
  card: 'Card',
  passwordLabel: 'One-time password',
  submit: 'Confirm payment',
  cancel: 'Cancel',
  wrongPassword: (left) =>
    `That password is not right. ${left} ${left === 1 ? 'try' : 'tries'} left.`,
  unreachable: (left) =>
    `Your bank could not be reached. ${left} ${left === 1 ? 'try' : 'tries'} left.`,
  testHint: (password) => `This is a test page: no bank is involved. The password is ${password}.`,
  notFoundTitle: 'Page not found',
  notFound: 'This page does not exist, or is not open any more. Please go back to the shop.',
}

const indonesian: ChallengeTexts = {
  language: 'id',
  title: 'Konfirmasi pembayaran Anda',
  intro: 'Bank Anda meminta konfirmasi pembayaran ini dengan kode sekali pakai (OTP).',
  merchant: 'Merchant',
  amount: 'Jumlah',
  card: 'Kartu',
  passwordLabel: 'Kode OTP',
  submit: 'Konfirmasi pembayaran',
  cancel: 'Batal',
  wrongPassword: (left) => `Kode OTP salah. Sisa percobaan: ${left}.`,
  unreachable: (left) => `Bank Anda tidak dapat dihubungi. Sisa percobaan: ${left}.`,
  testHint: (password) =>
    `Ini halaman uji coba: tidak ada bank yang terlibat. Kode OTP-nya ${password}.`,
  notFoundTitle: 'Halaman tidak ditemukan',
  notFound: 'Halaman ini tidak ada atau sudah ditutup. Silakan kembali ke toko.',
}

/** The language that the browser names first, of the two that there are. */
export function textsFor(acceptLanguage: string | undefined): ChallengeTexts {
  const first = acceptLanguage?.split(',').find((range) => /^\s*(id|en)\b/i.test(range))
  return first && /^\s*id\b/i.test(first) ? indonesian : english
}
