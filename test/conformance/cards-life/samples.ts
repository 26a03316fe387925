/**
 * The sample bodies of the seed for the payment types that SALE is not, and for capture, character by
 * character. What the seed broke is noted at each; tests mend no more than that.
 */

/** Charge with an authentication of the merchant’s own (MPI). Its expiry will be past in March 2028. */
export const ownAuthenticationSample = `{
  "customer": {
    "name": "Char Aznable",
    "email": "char@gmail.com",
    "phone": "085313588532",
    "country": "ID",
    "address": "Side 6"
  },
  "order": {
    "invoice_number": "VHRJ6W4NMMTCPK52",
    "descriptor": "testdescriptor",
    "line_items": [
      {
        "name": "potato",
        "price": 8325000,
        "quantity": 1
      }
    ],
    "amount": 8325000
  },
  "payment": {
    "type": "SALE"
  },
  "card": {
    "number": "4512490000000907",
    "cvv": "322",
    "expiry": "0228",
    "save": false
  },
  "authentication": {
        "version": "3DS2",
        "3ds": {
            "eci": "02",
            "cavv": "Y2FyZGluYWxjb21tZXJjZWF1dGg=",
            "ds_transaction_id": "52ced05a-38bd-4c35-9aa2-f5df60cbb6c7",
            "status": "Y",
            "xid" : "251008095048818"
        }
  }
}`

/** MOTO. A comma may stand after the last line item; the expiry is past. */
export const motoSample = `{
    "order": {
        "invoice_number": "INV-20210118-0001",
        "amount": 90000,
        "descriptor":"descriptortest",
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
            }
        ]
    },
    "customer": {
        "id": "CUST-0001",
        "name": "Togawa Sakiko",
        "email": "togawa_sakiko@togawagroup.com",
        "phone": "6285694566147",
        "address": "Menara Mulia Lantai 8",
        "country": "ID"
    },
    "payment": {
        "type": "MOTO"
    },
    "card": {
        "token": "243591d7e49f45109961581718c3ef82",
        "number": "5573381011111101",
        "expiry": "1225",
        "save": true
    }
}`

/** The first RECURRING. A comma stands after the token. */
export const firstRecurringSample = `{
  "customer": {
    "name": "Kaoruko Waguri",
    "email": "kaoru@kikyou.com",
    "phone": "62215150555",
    "country": "ID",
    "address": "JakartaJakarta"
  },
  "additional_info": {
    "hold_settlement": true,
    "migration_process": true
  },
  "order": {
    "invoice_number": "invoice_recurring_1",
    "line_items": [
      {
        "name": "Payment Billing",
        "price": 1144917,
        "quantity": 1
      }
    ],
    "amount": 1144917
  },
  "payment": {
    "type": "RECURRING"
  },
  "card": {
        "token": "243591d7e49f45109961581718c3ef82",
  },
  "billing": {
    "amount_variability": "FIXED",
    "billing_number": "tuition-fee-kikyou-waguri",
    "number_of_payments": 1,
    "payment_frequency": "MONTHLY"
  }
}`

/** The second RECURRING. A comma stands after the token. */
export const secondRecurringSample = `{
  "customer": {
    "name": "Kaoruko Waguri",
    "email": "kaoru@kikyouacademy.com",
    "phone": "62215150555",
    "country": "ID",
    "address": "JakartaJakarta"
  },
  "additional_info": {
    "hold_settlement": true,
    "migration_process": true
  },
  "order": {
    "invoice_number": "invoice_recurring_2",
    "line_items": [
      {
        "name": "Payment Billing",
        "price": 1144917,
        "quantity": 1
      }
    ],
    "amount": 1144917
  },
  "payment": {
    "type": "RECURRING"
  },
  "card": {
        "token": "243591d7e49f45109961581718c3ef82",
  },
  "billing": {
    "amount_variability": "FIXED",
    "billing_number": "tuition-fee-kikyou-waguri",
    "billing_transaction_id":"2023112911562800003688",
    "number_of_payments": 2,
    "payment_frequency": "MONTHLY"
  }
}`

/** The answer of a MOTO. */
export const motoAnswerSample = `{
    "order": {
        "invoice_number": "INV-20210118-0001",
        "amount": 90000
    },
    "customer": {
        "id": "CUST-0001"
    },
    "payment": {
        "type": "MOTO",
        "identifier": [
           {
              "name": "Acquirer",
              "value": "Mandiri"
           },
           {
              "name": "MID",
              "value": "71003372992"
           },
           {
              "name": "TID",
              "value": "73120903"
           }
        ],
        "request_id": "20201026193843836",
        "authorize_id": "",
        "response_code": "00",
        "response_message": "Approved",
        "eci": "",
        "status": "SUCCESS",
        "approval_code": "123123"
    },
    "card": {
        "masked": "557338*******101",
        "type": "CREDIT",
        "issuer": "Bank Mandiri",
        "brand": "MASTER",
        "token": "243591d7e49f45109961581718c3ef82"
    }
}`

/** The answer of a RECURRING. */
export const recurringAnswerSample = `{
    "additional_info": "",
    "order": {
        "invoice_number": "invoice_recurring_1",
        "amount": 9500
    },
    "payment": {
        "type": "RECURRING",
        "identifier": [
            {
                "name": "MID",
                "value": "71000537322"
            },
            {
                "name": "Acquirer",
                "value": "BANK_MANDIRI"
            },
            {
                "name": "TID",
                "value": "73013571"
            }
        ],
        "request_id": "82464",
        "response_code": "00",
        "response_message": "PAYMENT APPROVED",
        "status": "SUCCESS",
        "eci": "",
        "approval_code": "908680"
    },
    "card": {
        "masked": "413719******9000",
        "type": "Credit",
        "issuer": "PT. BANK MANDIRI (PERSERO), Tbk",
        "brand": "VISA"
    },
    "verification": {
        "status": "REVIEW",
        "reason": "Decision No Rules Triggered"
    },
    "billing": {
        "billing_number": "tuition-fee-kikyou-waguri",
        "number_of_payments": 1,
        "billing_transaction_id": "2023112911562800003688",
        "amount_variability": "FIXED",
        "payment_frequency": "MONTHLY"
    }
}`

/** AUTHORIZE. The expiry is past. */
export const authorizeSample = `{
    "order": {
        "invoice_number": "INV-20210118-0001",
        "amount": 90000,
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
            }
        ]
    },
    "customer": {
        "id": "CUST-0001",
        "name": "Arthuria Pendragon",
        "email": "arthuria_pendragon@example.com",
        "phone": "6285694566147",
        "address": "Menara Mulia Lantai 8",
        "country": "ID"
    },
    "three_dsecure": {
        "authentication_id": "eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e"
    },
    "payment": {
        "type": "AUTHORIZE",
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

/** The answer of an AUTHORIZE. */
export const authorizeAnswerSample = `{
    "order": {
        "invoice_number": "INV-20210118-0001",
        "amount": 90000
    },
    "customer": {
        "id": "CUST-0001"
    },
    "payment": {
        "type": "AUTHORIZE",
        "identifier": [
           {
              "name": "Acquirer",
              "value": "Mandiri"
           },
           {
              "name": "MID",
              "value": "71003372992"
           },
           {
              "name": "TID",
              "value": "73120903"
           }
        ],
        "request_id": "20201026193843836",
        "authorize_id": "12312391719112",
        "response_code": "00",
        "response_message": "Approved",
        "eci": "02",
        "status": "SUCCESS",
        "approval_code": "123123"
    },
    "three_dsecure": {
        "authentication_id": "eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e"
    },
    "card": {
        "masked": "557338*******101",
        "type": "CREDIT",
        "issuer": "Bank Mandiri",
        "brand": "MASTER",
        "token": "243591d7e49f45109961581718c3ef82"
    }
}`

/** Capture. */
export const captureSample = `{
    "payment": {
        "authorize_id": "12312391719112",
        "capture_amount": 90000
    }
}`

/** The answer of a capture. */
export const captureAnswerSample = `{
    "order": {
        "invoice_number": "INV-20210118-0001",
        "amount": 90000
    },
    "customer": {
        "id": "CUST-0001"
    },
    "payment": {
        "type": "CAPTURE",
        "identifier": [
           {
              "name": "Acquirer",
              "value": "Mandiri"
           },
           {
              "name": "MID",
              "value": "71003372992"
           },
           {
              "name": "TID",
              "value": "73120903"
           }
        ],
        "request_id": "20201026193843836",
        "authorize_id": "12312391719112",
        "response_code": "01",
        "response_message": "Approved",
        "eci": "",
        "status": "SUCCESS",
        "approval_code": "123123"
    },
    "three_dsecure": {
        "authentication_id": "eb7e72313b491cd73ea10c6354bc96900f08b3e50e66cf3df2fe29580d6ff84e"
    },
    "card": {
        "masked": "557338*******101",
        "type": "CREDIT",
        "issuer": "Bank Mandiri",
        "brand": "MASTER",
        "token": "243591d7e49f45109961581718c3ef82"
    }
}`
