/** What the pages say alike, in the two languages of their readers. */

export type Language = 'en' | 'id'

export type Message = { readonly title: string; readonly text: string }

export type PageTexts = {
  readonly merchant: string
  readonly amount: string
  readonly card: string
  readonly passwordLabel: string
  readonly cancel: string
  readonly wrongPassword: (triesLeft: number) => string
  readonly testHint: (password: string) => string
  readonly notFound: Message
  readonly notUnderstood: Message
  readonly unavailable: Message
}

export const pageTexts: Readonly<Record<Language, PageTexts>> = {
  en: {
    merchant: 'Merchant',
    amount: 'Amount',
    card: 'Card',
    passwordLabel: 'One-time password',
    cancel: 'Cancel',
    wrongPassword: (left) =>
      `That password is not right. ${left} ${left === 1 ? 'try' : 'tries'} left.`,
    testHint: (password) =>
      `This is a test page: no bank is involved. The password is ${password}.`,
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
  },
  id: {
    merchant: 'Merchant',
    amount: 'Jumlah',
    card: 'Kartu',
    passwordLabel: 'Kode OTP',
    cancel: 'Batal',
    wrongPassword: (left) => `Kode OTP salah. Sisa percobaan: ${left}.`,
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
  },
}

/** The language that the browser names first, of the two that there are. */
export function languageOf(acceptLanguage: string | undefined): Language {
  const first = acceptLanguage?.split(',').find((range) => /^\s*(id|en)\b/i.test(range))
  return first && /^\s*id\b/i.test(first) ? 'id' : 'en'
}
