/**
 * The sample bodies of the seed for check-three-d-secure and charge, character by character where
 * they are JSON. What the seed broke is noted at each; tests mend no more than that.
 */

/** Check, payment guide. A comma stands before the last brace, and the expiry is past. */
export const checkSample = `{
    "order": {
        "amount": 90000,  
        "invoice_number": "test_invoice"
    },
    "card": {
        "token": "243591d7e49f45109961581718c3ef82",
        "number": "5573381011111101",
        "expiry": "1225"
    },
    "three_dsecure": {
        "callback_url_success": "https://www.merchant.com/success",
        "callback_url_failed": "https://www.merchant.com/failed"
    },
    "invoice_number": {
        "callback_url_success": "https://www.merchant.com/success",
        "callback_url_failed": "https://www.merchant.com/failed"
    },
}`

/** Check, authorize flow. The expiry is past. */
export const checkSampleOfAuthorize = `{
    "order": {
        "amount": 90000
    },
    "card": {
        "token": "243591d7e49f45109961581718c3ef82",
        "number": "5573381011111101",
        "expiry": "1225"
    },
    "three_dsecure": {
        "callback_url_success": "https://www.merchant.com/success",
        "callback_url_failed": "https://www.merchant.com/failed"
    }
}`

export const checkAnswerSample = {
  order: { amount: 90000 },
  three_dsecure: {
    enrollment_status: true,
    authentication_id: 'eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e',
    authentication_url:
      'https://doku.3ds.com?authenticationId=eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e',
    three_ds_version: '2.0',
  },
}

export const checkRefusalSample = {
  error: {
    code: 'INVALID_PARAMETER',
    message: 'Card Number Length must be 15, 16 or 19 Digits',
    type: 'Invalid Parameter',
  },
}

/**
 * Charge. A comma stands after the last line item, the expiry is past, and the sample is an
 * INSTALLMENT with a saved card, which are later work: here it is a SALE.
 */
export const chargeSample = `{
    "order": {
        "invoice_number": "INV-20210118-0001",
        "amount": 90000,
        "descriptor": "directSALE123456789",
        "line_items": [
            {
                "name": "T-Shirt Red",
                "price": 30000,
                "quantity": 2
            },
            {
                "name": "Polo Navy",
                "price": 30000,
                "quantity": 1
            },
        ]
    },
    "customer": {
        "id": "CUST-0001",
        "name": "Alisa Mikhailovna",
        "email": "alisa_mikhailovna@gmail.com",
        "phone": "6285694566147",
        "address": "Menara Mulia Lantai 8",
        "country": "ID"
    },
    "three_dsecure": {
        "authentication_id": "eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e"
    },
    "payment": {
        "type": "INSTALLMENT",
        "tenor": "12",
        "plan_id": "1232131"
    },
    "card": {
        "token": "243591d7e49f45109961581718c3ef82",
        "number": "5573381011111101",
        "expiry": "1225",
        "cvv": "123",
        "save": true
    }
}`

/** The answer of a charge; `order` and `customer` are not closed rightly in the seed. */
export const chargeAnswerSample = {
  order: { invoice_number: 'INV-20210118-0001', amount: 90000 },
  customer: {
    name: 'Nadeshiko Kagamihara',
    email: 'nadeshiko.kamigahara@yuru.com',
    phone: '085313588532',
    country: 'ID',
    address: 'Kofu',
  },
  payment: {
    type: 'SALE',
    identifier: [
      { name: 'Acquirer', value: 'Mandiri' },
      { name: 'MID', value: '71003372992' },
      { name: 'TID', value: '73120903' },
    ],
    request_id: '20201026193843836',
    authorize_id: '',
    response_code: '00',
    response_message: 'Approved',
    eci: '05',
    status: 'SUCCESS',
    approval_code: '123123',
  },
  three_dsecure: {
    authentication_id: 'eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e',
  },
  // Its card.token is later work: tokenization.
  card: { masked: '557338*******101', type: 'CREDIT', issuer: 'Bank Mandiri', brand: 'MASTER' },
}

/** The answer of a charge that the bank rejected; the seed writes the amount 300000.00. */
export const declineSample = {
  additional_info: '',
  order: { invoice_number: 'test_51_insuffiient_amount', amount: 300000.0 },
  payment: {
    type: 'SALE',
    identifier: [
      { name: 'MID', value: '018033035' },
      { name: 'TID', value: '01803503' },
    ],
    request_id: '42091',
    response_code: '51',
    response_message: 'DECLINED',
    status: 'FAILED',
    eci: '02',
  },
  card: {
    masked: '557692******0398',
    type: 'Debit',
    issuer: 'PT BANK CIMB NIAGA Tbk',
    brand: 'MASTER',
  },
  error: { code: 'PAYMENT_FAILED', message: 'DECLINED', type: 'PAYMENT_FAILED' },
  verification: { status: 'APPROVE', reason: 'Decision BIN Indonesia & 3D Secure' },
}

export const chargeRefusalSample = {
  error: {
    code: 'INVALID_PARAMETER',
    message: 'Invalid Authentication Id',
    type: 'Invalid Parameter',
  },
}
