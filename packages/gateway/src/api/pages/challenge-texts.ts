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
  readonly notFound: Message
  readonly notUnderstood: Message
  readonly unavailable: Message
}

type Message = { readonly title: string; readonly text: string }

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
  notFound: {
    title: 'Page not found',
    text: 'This page does not exist, or is not open any more. Please go back to the shop.',
  },
  notUnderstood: {
    title: 'That did not work',
    text: 'What was sent cannot be read. Please go back and try again.',
  },
  unavailable: {
    title: 'Please try again',
    text: 'The page cannot be shown right now. Please go back and try again in a moment.',
  },
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
  notFound: {
    title: 'Halaman tidak ditemukan',
    text: 'Halaman ini tidak ada atau sudah ditutup. Silakan kembali ke toko.',
  },
  notUnderstood: {
    title: 'Permintaan tidak dapat diproses',
    text: 'Data yang dikirim tidak dapat dibaca. Silakan kembali dan coba lagi.',
  },
  unavailable: {
    title: 'Silakan coba lagi',
    text: 'Halaman ini sedang tidak dapat ditampilkan. Silakan kembali dan coba sesaat lagi.',
  },
}

/** The language that the browser names first, of the two that there are. */
export function textsFor(acceptLanguage: string | undefined): ChallengeTexts {
  const first = acceptLanguage?.split(',').find((range) => /^\s*(id|en)\b/i.test(range))
  return first && /^\s*id\b/i.test(first) ? indonesian : english
}
