/** What the challenge page says. */
import { type Language, type PageTexts, pageTexts } from './page-texts.ts'

export type ChallengeTexts = PageTexts & {
  readonly title: string
  readonly intro: string
  readonly submit: string
  readonly unreachable: (triesLeft: number) => string
}

export const challengeTexts: Readonly<Record<Language, ChallengeTexts>> = {
  en: {
    ...pageTexts.en,
    title: 'Confirm your payment',
    intro: 'Your bank asks you to confirm this payment with a one-time password.',
    submit: 'Confirm payment',
    unreachable: (left) =>
      `Your bank could not be reached. ${left} ${left === 1 ? 'try' : 'tries'} left.`,
  },
  id: {
    ...pageTexts.id,
    title: 'Konfirmasi pembayaran Anda',
    intro: 'Bank Anda meminta konfirmasi pembayaran ini dengan kode sekali pakai (OTP).',
    submit: 'Konfirmasi pembayaran',
    unreachable: (left) => `Bank Anda tidak dapat dihubungi. Sisa percobaan: ${left}.`,
  },
}
