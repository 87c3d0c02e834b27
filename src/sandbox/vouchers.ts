// Vouchers (merchant 9): create, history, one. Their codes are money: shown to readers only, and only once paid.
import { failure } from './failure.ts'
import { providerOf } from './destinations.ts'
import type { VoucherDetails } from './fiat-payouts.ts'
import { payingAccount } from './paying-account.ts'
import { denominationsOf, tariffOf } from './payment-method-catalogue.ts'
import type { Payout } from './payouts.ts'
import type { Route } from './router.ts'
import { priceOf } from './tariff.ts'
import { historyOf, type Kind, notesOf, showCommon } from './withdrawal-history.ts'

const voucherWithdrawals: Kind<Payout<VoucherDetails>> = {
  path: '/withdrawals/voucher',
  scope: 'withdraw-voucher:read',
  all: ({ fiatPayouts }) => fiatPayouts.voucher.withdrawals,
  show: (voucher) => showCommon('VOUCHER', voucher, { ...publicPart(voucher), ...secretPart(voucher) }),
}

export const voucherRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/withdrawals/voucher',
    scope: 'withdraw-voucher:create',
    spends: true,
    run({ world, now, body }) {
      body.required('amount')
      const account = payingAccount(world, body)
      const provider = providerOf('VOUCHER', account.currency, body)
      const notes = notesOf(body)
      const wanted = body.amount('amount', account.currency) ?? 0n
      // A voucher is worth what is printed on it: the fee can only come on top.
      if (body.flag('feeIncluded')) throw failure('GEN_5', { feeIncluded: 'true' })
      const price = priceOf(tariffOf(provider, account.currency), account.currency, wanted, false)
      if (!denominationsOf(provider, account.currency).includes(wanted)) {
        throw failure('GEN_5', { amount: body.required('amount'), denominations: provider.denominations.join(' ') })
      }
      const details: VoucherDetails = { provider, secret: undefined }
      const voucher = world.fiatPayouts.voucher.withdraw(
        { account, price, details, description: 'Voucher', ...notes },
        now,
      )
      return showCommon('VOUCHER', voucher, publicPart(voucher))
    },
  },
  ...historyOf(voucherWithdrawals),
]

function publicPart({ details }: Payout<VoucherDetails>): object {
  return { provider: details.provider.paymentMethodId }
}

function secretPart({ details }: Payout<VoucherDetails>): object {
  if (details.secret === undefined) return {}
  const { code, pin, expiresAt } = details.secret
  return { voucherCode: code, voucherPin: pin, expiresAt }
}
