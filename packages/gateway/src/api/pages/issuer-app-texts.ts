/** What the issuer's app says. */
import { type Language, type Message, type PageTexts, pageTexts } from './page-texts.ts'

export type IssuerAppTexts = PageTexts & {
  readonly title: string
  readonly intro: string
  readonly nothingWaits: string
  readonly hint: string
  readonly question: string
  readonly number: string
  readonly timeLeft: string
  readonly approve: string
  readonly decline: string
  readonly approved: Message
  readonly declined: Message
  readonly expired: Message
  readonly reversed: Message
  readonly unknownPayment: Message
  readonly allPayments: string
  readonly foreignHost: Message
  readonly foreignOrigin: Message
  readonly tokenWanted: Message
  readonly opening: Message
}

export const issuerAppTexts: Readonly<Record<Language, IssuerAppTexts>> = {
  en: {
    ...pageTexts.en,
    title: 'Issuer app',
    intro: 'Payments with Kartu Kredit Indonesia that wait for their cardholder, newest first.',
    nothingWaits: 'No payment waits. One that comes is shown here by itself.',
    hint: 'In the sandbox this page is the app of every issuer. A payment waits here if its whole-rupiah amount ends in 9002.',
    question: 'Confirm this payment?',
    number: 'Number',
    timeLeft: 'Time left',
    approve: 'Approve',
    decline: 'Decline',
    approved: { title: 'Payment approved', text: 'The merchant gets this payment.' },
    declined: { title: 'Payment declined', text: 'The merchant does not get this payment.' },
    expired: { title: 'Too late', text: 'Nobody confirmed this payment in time, and it failed.' },
    reversed: { title: 'Payment taken back', text: 'This payment was undone: no money moves.' },
    unknownPayment: {
      title: 'Payment not found',
      text: 'No issuer has received a payment with this number.',
    },
    allPayments: 'All waiting payments',
    foreignHost: {
      title: 'Not under this host name',
      text: 'Name this host in GERBANG_SANDBOX_HOSTS of the gateway, or use 127.0.0.1.',
    },
    foreignOrigin: {
      title: 'Not from this page',
      text: 'A page of somebody else may decide nothing here. Open the issuer app itself.',
    },
    tokenWanted: {
      title: 'Token wanted',
      text: 'Open this page once with ?token= and the sandbox token: GERBANG_SANDBOX_TOKEN of the gateway, or else what it printed at start.',
    },
    opening: { title: 'Issuer app', text: 'Opening …' },
  },
  id: {
    ...pageTexts.id,
    title: 'Aplikasi penerbit',
    intro: 'Pembayaran Kartu Kredit Indonesia yang menunggu pemegang kartunya, terbaru di atas.',
    nothingWaits:
      'Tidak ada pembayaran yang menunggu. Yang baru akan tampil di sini dengan sendirinya.',
    hint: 'Di sandbox, halaman ini adalah aplikasi semua penerbit. Pembayaran menunggu di sini bila jumlah rupiah bulatnya berakhir dengan 9002.',
    question: 'Konfirmasi pembayaran ini?',
    number: 'Nomor',
    timeLeft: 'Sisa waktu',
    approve: 'Setujui',
    decline: 'Tolak',
    approved: { title: 'Pembayaran disetujui', text: 'Merchant menerima pembayaran ini.' },
    declined: { title: 'Pembayaran ditolak', text: 'Merchant tidak menerima pembayaran ini.' },
    expired: {
      title: 'Waktu habis',
      text: 'Pembayaran ini tidak dikonfirmasi pada waktunya, sehingga gagal.',
    },
    reversed: {
      title: 'Pembayaran dibatalkan',
      text: 'Pembayaran ini ditarik kembali: tidak ada dana yang berpindah.',
    },
    unknownPayment: {
      title: 'Pembayaran tidak ditemukan',
      text: 'Tidak ada penerbit yang menerima pembayaran dengan nomor ini.',
    },
    allPayments: 'Semua pembayaran yang menunggu',
    foreignHost: {
      title: 'Bukan dengan nama host ini',
      text: 'Cantumkan host ini di GERBANG_SANDBOX_HOSTS milik gateway, atau gunakan 127.0.0.1.',
    },
    foreignOrigin: {
      title: 'Bukan dari halaman ini',
      text: 'Halaman pihak lain tidak boleh memutuskan di sini. Bukalah aplikasi penerbit sendiri.',
    },
    tokenWanted: {
      title: 'Diperlukan token',
      text: 'Buka halaman ini sekali dengan ?token= dan token sandbox: GERBANG_SANDBOX_TOKEN milik gateway, atau yang dicetak saat mulai.',
    },
    opening: { title: 'Aplikasi penerbit', text: 'Membuka …' },
  },
}
