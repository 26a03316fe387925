/**
 * DOKU's own library for Node.js, as merchants install it. It knows DOKU's hosts and has no setting
 * for another: its one static member is all that is changed here.
 */
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

export const { Snap } = require('doku-nodejs-library')

/**
 * What does the work behind Snap's methods. Some of those look at a list of channels first, and it
 * was made before Kartu Kredit Indonesia was.
 */
export const DirectDebitController = require('doku-nodejs-library/_controllers/directDebitController')
export const TokenController = require('doku-nodejs-library/_controllers/tokenController')

/** What its methods are handed. */
export const requests = {
  ...require('doku-nodejs-library/_models/paymentRequestDirectDebitDTO'),
  CardRegistrationRequestDTO: require('doku-nodejs-library/_models/cardRegistrationRequestDTO'),
  CardUnRegistUnbindRequestDTO: require('doku-nodejs-library/_models/cardUnregistUnbindRequestDTO'),
  CheckStatusDirectDebitDTO: require('doku-nodejs-library/_models/checkStatusDirectDebitRequestDTO'),
  RefundRequestDto: require('doku-nodejs-library/_models/refundRequestDTO'),
}

/** How it seals and opens `cardData`. */
export const cardDataCipher: {
  encryptCbc(plain: string, secretKey: string): string
  decryptCbc(cardData: string, secretKey: string): string
} = require('doku-nodejs-library/_services/directDebitService')

/** Lets it call another host. */
export function pointLibraryTo(url: string): void {
  require('doku-nodejs-library/_commons/config').CORE_SANDBOX_BASE_URL = url
}
