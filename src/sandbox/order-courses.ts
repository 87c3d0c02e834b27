// The ways that an order can go, from NEW to each of its 18 statuses (merchant 4).

export const orderStatuses = [
  'NEW',
  'PENDING',
  'PAID',
  'FAILED',
  'EXPIRED',
  'TEST',
  'LATE_CRYPTO_PAYMENT',
  'PARTIAL_PAYMENT',
  'UNDERPAID',
  'CANCELLED',
  'INVALID_PAYMENT',
  'TEST_PAID',
  'TEST_EXPIRED',
  'PROCESSING_REFUND',
  'REFUNDED',
  'REJECTED_REFUND',
  'PENDING_LATE_CRYPTO_PAYMENT',
  'REJECTED',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

/** Minutes after the order was made. */
export type Step = { readonly after: number; readonly status: OrderStatus }

/** The steps depend on how many minutes the payer has. */
export type Course = (window: number) => readonly Step[]

/** What is granted after the payment window. */
export const graceMinutes = 5

export const courses = {
  paid: () => [step(1, 'PENDING'), step(4, 'PAID')],
  toppedUp: () => [step(2, 'PARTIAL_PAYMENT'), step(5, 'PENDING'), step(8, 'PAID')],
  failed: () => [step(1, 'FAILED')],
  expired: (window) => [step(window + graceMinutes, 'EXPIRED')],
  test: () => [step(0, 'TEST')],
  testPaid: () => [step(0, 'TEST'), step(1, 'TEST_PAID')],
  testExpired: (window) => [step(0, 'TEST'), step(window, 'TEST_EXPIRED')],
  late: (window) => [
    step(window + graceMinutes, 'EXPIRED'),
    step(window + 20, 'PENDING_LATE_CRYPTO_PAYMENT'),
    step(window + 80, 'LATE_CRYPTO_PAYMENT'),
  ],
  underpaid: (window) => [step(2, 'PARTIAL_PAYMENT'), step(window + graceMinutes, 'UNDERPAID')],
  cancelled: () => [step(3, 'CANCELLED')],
  invalid: () => [step(1, 'PENDING'), step(5, 'INVALID_PAYMENT')],
  rejected: () => [step(1, 'PENDING'), step(5, 'REJECTED')],
  refunded: (window) => [
    step(2, 'PARTIAL_PAYMENT'),
    step(window + graceMinutes, 'UNDERPAID'),
    step(window + 30, 'PROCESSING_REFUND'),
    step(window + 120, 'REFUNDED'),
  ],
  refundRejected: () => [
    step(1, 'PENDING'),
    step(5, 'INVALID_PAYMENT'),
    step(30, 'PROCESSING_REFUND'),
    step(90, 'REJECTED_REFUND'),
  ],
} as const satisfies Record<string, Course>

function step(after: number, status: OrderStatus): Step {
  return { after, status }
}
