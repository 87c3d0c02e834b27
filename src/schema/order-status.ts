// How far merchant orders come: their own status, and the one that a callback tells of.
import { builder } from './builder.ts'

export const OrderStatus = builder.enumType('OrderStatus', {
  description: 'How far an order has come.',
  values: {
    NEW: { description: 'Made; nothing has come in.' },
    PENDING: { description: 'A payment was seen and is being confirmed.' },
    PAID: { description: 'Enough came in in time, or the merchant accepted less or later.' },
    FAILED: { description: 'An internal payment failed, or monitoring rejected it.' },
    EXPIRED: { description: 'Not paid in time.' },
    TEST: { description: 'A test order.' },
    LATE_CRYPTO_PAYMENT: { description: 'Crypto came after the time was over; the merchant may accept it.' },
    PARTIAL_PAYMENT: { description: 'Too little so far, and still in time.' },
    UNDERPAID: { description: 'Too little, and the time is over; the merchant may accept it.' },
    CANCELLED: { description: 'Called off.' },
    INVALID_PAYMENT: { description: 'What came in was not what was asked for.' },
    TEST_PAID: { description: 'A test order that counts as paid. Never a payment.' },
    TEST_EXPIRED: { description: 'A test order that counts as expired.' },
    PROCESSING_REFUND: { description: 'A refund is under way.' },
    REFUNDED: { description: 'Refunded.' },
    REJECTED_REFUND: { description: 'A refund was refused.' },
    PENDING_LATE_CRYPTO_PAYMENT: { description: 'A late payment was seen and is being confirmed.' },
    REJECTED: { description: 'Refused by monitoring.' },
    UNRECOGNIZED: { description: 'A word that the gateway does not know yet; `statusText` has it. Not for inputs.' },
  } as const,
})
