/** What the page of a card binding says. */
import { type Language, type Message, type PageTexts, pageTexts } from './page-texts.ts'

export type OtpTexts = PageTexts & {
  readonly title: string
  readonly intro: string
  readonly issuer: string
  readonly validFor: string
  /** Whole minutes. */
  readonly minutes: (count: number) => string
  readonly submit: string
  readonly waiting: Message
  readonly bound: Message
  readonly notBound: Message
}

export const otpTexts: Readonly<Record<Language, OtpTexts>> = {
  en: {
    ...pageTexts.en,
    title: 'Link your card',
    intro: 'Your bank has sent you a one-time password. Enter it to pay here with this card.',
    issuer: 'Bank',
    validFor: 'Password valid for',
    minutes: (count) => {
      if (count === 0) return 'less than a minute'
      return count === 1 ? '1 minute' : `${count} minutes`
    },
    submit: 'Link card',
    waiting: {
      title: 'One moment, please',
      text: 'Your bank is being asked. This page goes on by itself: please leave it open.',
    },
    bound: {
      title: 'Your card is linked',
      text: 'You can pay with it now. Please close this page and go back to the shop.',
    },
    notBound: {
      title: 'Your card was not linked',
      text: 'Please close this page and go back to the shop, where you can try again.',
    },
  },
  id: {
    ...pageTexts.id,
    title: 'Hubungkan kartu Anda',
    intro:
      'Bank Anda telah mengirim kode sekali pakai (OTP). Masukkan kode itu agar kartu ini dapat dipakai membayar di sini.',
    issuer: 'Bank',
    validFor: 'Kode berlaku',
    minutes: (count) => (count === 0 ? 'kurang dari 1 menit' : `${count} menit`),
    submit: 'Hubungkan kartu',
    waiting: {
      title: 'Mohon tunggu sebentar',
      text: 'Bank Anda sedang dihubungi. Halaman ini berlanjut sendiri, jangan ditutup.',
    },
    bound: {
      title: 'Kartu Anda sudah terhubung',
      text: 'Kartu ini sudah dapat dipakai membayar. Silakan tutup halaman ini dan kembali ke toko.',
    },
    notBound: {
      title: 'Kartu Anda tidak terhubung',
      text: 'Silakan tutup halaman ini dan kembali ke toko untuk mencoba lagi.',
    },
  },
}
