// The types that link to one another, by name and by their shape inside: nouns point at them here, and each noun's file says what they hold.
import { builder } from './builder.ts'
import type { MoneyOperation as MoneyOperationShape } from '../money/operation.ts'
import type { OutcomeUnknown as OutcomeUnknownShape } from '../resolvers/money.ts'
import type { Account as AccountShape } from '../upstream/accounts.ts'
import type { BankWithdrawal as BankWithdrawalShape } from '../upstream/bank-withdrawals.ts'
import type { CryptoDeposit as CryptoDepositShape } from '../upstream/crypto-deposits.ts'
import type { CryptoWithdrawal as CryptoWithdrawalShape } from '../upstream/crypto-withdrawals.ts'
import type { Currency as CurrencyShape } from '../upstream/currencies.ts'
import type { DepositAddress as DepositAddressShape } from '../upstream/deposit-addresses.ts'
import type { Deposit as DepositShape } from '../upstream/deposits.ts'
import type { EWalletWithdrawal as EWalletWithdrawalShape } from '../upstream/e-wallet-withdrawals.ts'
import type { Exchange as ExchangeShape } from '../upstream/exchanges.ts'
import type { GiftCardPurchase as GiftCardPurchaseShape } from '../upstream/gift-card-purchases.ts'
import type { GiftCard as GiftCardShape } from '../upstream/gift-cards.ts'
import type { MerchantCallback as MerchantCallbackShape } from '../upstream/merchant-callbacks.ts'
import type { MerchantTransaction as MerchantTransactionShape } from '../upstream/merchant-transactions.ts'
import type { Order as OrderShape } from '../upstream/orders.ts'
import type { PaymentMethod as PaymentMethodShape } from '../upstream/payment-methods.ts'
import type { Preorder as PreorderShape } from '../upstream/preorders.ts'
import type { Project as ProjectShape } from '../upstream/projects.ts'
import type { Rate as RateShape } from '../upstream/rates.ts'
import type { Transaction as TransactionShape } from '../upstream/transactions.ts'
import type { VoucherWithdrawal as VoucherWithdrawalShape } from '../upstream/voucher-withdrawals.ts'
import type { WithdrawalWithExchange as WithdrawalWithExchangeShape } from '../upstream/withdrawals-with-exchange.ts'

export const Account = builder.objectRef<AccountShape>('Account')
export const Currency = builder.objectRef<CurrencyShape>('Currency')
export const Rate = builder.objectRef<RateShape>('Rate')
export const Transaction = builder.objectRef<TransactionShape>('Transaction')
export const Exchange = builder.objectRef<ExchangeShape>('Exchange')
export const CryptoWithdrawal = builder.objectRef<CryptoWithdrawalShape>('CryptoWithdrawal')
export const BankWithdrawal = builder.objectRef<BankWithdrawalShape>('BankWithdrawal')
export const EWalletWithdrawal = builder.objectRef<EWalletWithdrawalShape>('EWalletWithdrawal')
export const VoucherWithdrawal = builder.objectRef<VoucherWithdrawalShape>('VoucherWithdrawal')
export const WithdrawalWithExchange = builder.objectRef<WithdrawalWithExchangeShape>('WithdrawalWithExchange')
export const Deposit = builder.objectRef<DepositShape>('Deposit')
export const CryptoDeposit = builder.objectRef<CryptoDepositShape>('CryptoDeposit')
export const DepositAddress = builder.objectRef<DepositAddressShape>('DepositAddress')
export const PaymentMethod = builder.objectRef<PaymentMethodShape>('PaymentMethod')
export const GiftCard = builder.objectRef<GiftCardShape>('GiftCard')
export const GiftCardPurchase = builder.objectRef<GiftCardPurchaseShape>('GiftCardPurchase')
export const Project = builder.objectRef<ProjectShape>('Project')
export const Preorder = builder.objectRef<PreorderShape>('Preorder')
export const Order = builder.objectRef<OrderShape>('Order')
export const MerchantTransaction = builder.objectRef<MerchantTransactionShape>('MerchantTransaction')
export const MerchantCallback = builder.objectRef<MerchantCallbackShape>('MerchantCallback')
export const MoneyOperation = builder.objectRef<MoneyOperationShape>('MoneyOperation')
export const OutcomeUnknown = builder.objectRef<OutcomeUnknownShape>('OutcomeUnknown')
