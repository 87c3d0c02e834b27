// The public contract: names, arguments, defaults and nullability that clients may count on.

export const CONTRACT = /* GraphQL */ `
  scalar Decimal
  scalar DateTime
  scalar CurrencyCode

  interface Node {
    id: ID!
  }
  interface Error {
    message: String!
  }

  type Query {
    node(id: ID!): Node
    nodes(ids: [ID!]!): [Node]
    viewer: Viewer!
    accounts(currencies: [CurrencyCode!]): [Account!]
    account(id: ID!): Account
    portfolio(in: CurrencyCode! = "EUR"): Portfolio
    currencies(kind: CurrencyKind): [Currency!]
    currency(code: CurrencyCode!): Currency
    rates(currencies: [CurrencyCode!], base: CurrencyCode! = "EUR"): [Rate!]
    rateHistory(
      currency: CurrencyCode!
      base: CurrencyCode! = "EUR"
      from: DateTime!
      to: DateTime
      interval: RateInterval! = DAY
    ): [RatePoint!]
    exchangePairs(payCode: CurrencyCode, receiveCode: CurrencyCode): [ExchangePair!]
    exchangeQuote(input: ExchangeQuoteInput!): ExchangeQuoteResult
    exchange(id: ID!): Exchange
    exchanges(first: Int = 25, after: String, filter: ExchangeFilter): ExchangeConnection
    withdrawal(id: ID!): Withdrawal
    withdrawals(kind: WithdrawalKind!, first: Int = 25, after: String, filter: WithdrawalFilter): WithdrawalConnection
    cryptoWithdrawalFee(input: CryptoWithdrawalFeeInput!): WithdrawalFeeResult
    bankWithdrawalFee(input: BankWithdrawalFeeInput!): WithdrawalFeeResult
    eWalletWithdrawalFee(input: EWalletWithdrawalFeeInput!): WithdrawalFeeResult
    withdrawalWithExchangeQuote(input: WithdrawalWithExchangeQuoteInput!): WithdrawalWithExchangeQuoteResult
    deposit(id: ID!): Deposit
    deposits(first: Int = 25, after: String, filter: DepositFilter): DepositConnection
    cryptoDeposit(id: ID!): CryptoDeposit
    cryptoDeposits(first: Int = 25, after: String, filter: CryptoDepositFilter): CryptoDepositConnection
    depositAddresses(currency: CurrencyCode, network: String): [DepositAddress!]
    paymentMethods(direction: PaymentDirection, currency: CurrencyCode): [PaymentMethod!]
    projects(first: Int = 25, after: String): ProjectConnection
    project(id: ID!): Project
    order(id: ID!): Order
    orders(projectId: ID!, first: Int = 25, after: String, filter: OrderFilter): OrderConnection
    preorder(id: ID!): Preorder
    preorders(projectId: ID!, first: Int = 25, after: String): PreorderConnection
    merchantTransaction(id: ID!): MerchantTransaction
    merchantTransactions(
      projectId: ID!
      first: Int = 25
      after: String
      filter: MerchantTransactionFilter
    ): MerchantTransactionConnection
    merchantCallback(id: ID!): MerchantCallback
    merchantCallbacks(
      projectId: ID!
      first: Int = 25
      after: String
      filter: MerchantCallbackFilter
    ): MerchantCallbackConnection
    giftCards(first: Int = 25, after: String, filter: GiftCardFilter): GiftCardConnection
    giftCard(id: ID!): GiftCard
    giftCardPurchase(id: ID!): GiftCardPurchase
    giftCardPurchases(first: Int = 25, after: String): GiftCardPurchaseConnection
    operation(idempotencyKey: ID!): MoneyOperation
  }

  type Mutation {
    createExchange(input: CreateExchangeInput!): CreateExchangeResult
    createCryptoWithdrawal(input: CreateCryptoWithdrawalInput!): CreateWithdrawalResult
    createBankWithdrawal(input: CreateBankWithdrawalInput!): CreateWithdrawalResult
    createEWalletWithdrawal(input: CreateEWalletWithdrawalInput!): CreateWithdrawalResult
    createVoucherWithdrawal(input: CreateVoucherWithdrawalInput!): CreateWithdrawalResult
    createWithdrawalWithExchange(input: CreateWithdrawalWithExchangeInput!): CreateWithdrawalResult
    payOrder(input: PayOrderInput!): PayOrderResult
    payGiftCardPurchase(input: PayGiftCardPurchaseInput!): PayGiftCardPurchaseResult
    createGiftCardPurchase(input: CreateGiftCardPurchaseInput!): CreateGiftCardPurchaseResult
    createDeposit(input: CreateDepositInput!): CreateDepositResult
    createDepositAddress(input: CreateDepositAddressInput!): CreateDepositAddressResult
    createProject(input: CreateProjectInput!): CreateProjectResult
    updateProject(input: UpdateProjectInput!): UpdateProjectResult
    createPreorder(input: CreatePreorderInput!): CreatePreorderResult
    createOrder(input: CreateOrderInput!): CreateOrderResult
    createOrderFromPreorder(input: CreateOrderFromPreorderInput!): CreateOrderFromPreorderResult
    cancelOrder(input: CancelOrderInput!): CancelOrderResult
    acceptOrder(input: AcceptOrderInput!): AcceptOrderResult
    resendOrderCallback(input: ResendOrderCallbackInput!): ResendOrderCallbackResult
    createExport(input: CreateExportInput!): CreateExportResult
  }

  type Subscription {
    liveRate(currency: CurrencyCode!, base: CurrencyCode! = "EUR"): Rate!
    liveRates(currencies: [CurrencyCode!]!, base: CurrencyCode! = "EUR"): [Rate!]!
    liveExchangeRate(payCode: CurrencyCode!, receiveCode: CurrencyCode!): ExchangeRate!
    accountUpdated(id: ID!): Account!
    orderUpdated(id: ID!): Order!
    withdrawalUpdated(id: ID!): Withdrawal!
    operationUpdated(idempotencyKey: ID!): MoneyOperation!
  }

  type Viewer {
    id: ID!
    name: String!
    scopes: [String!]
    sandbox: Boolean!
    budget: UpstreamBudget!
  }
  type UpstreamBudget {
    limit: Int
    remaining: Int
    resetsAt: DateTime
    coolingDownUntil: DateTime
  }
  type Portfolio {
    total: Decimal!
    currencyCode: CurrencyCode!
    asOf: DateTime!
    unpriced: [CurrencyCode!]!
    accounts: [Account!]!
  }

  type Currency implements Node {
    id: ID!
    code: CurrencyCode!
    name: String!
    symbol: String
    kind: CurrencyKind!
    scale: Int!
    enabled: Boolean
    depositEnabled: Boolean
    withdrawalEnabled: Boolean
    exchangeEnabled: Boolean
    networks: [Network!]!
    rate(base: CurrencyCode! = "EUR"): Rate
    account: Account
  }
  enum CurrencyKind {
    FIAT
    CRYPTO
    UNRECOGNIZED
  }
  type Network {
    code: String!
    name: String!
    memoRequired: Boolean
    confirmations: Int
    minDepositAmount: Decimal
  }
  type Rate {
    id: ID!
    currency: Currency
    currencyCode: CurrencyCode!
    baseCode: CurrencyCode!
    price: Decimal!
    change24h: Decimal
    asOf: DateTime!
    stale: Boolean!
  }
  enum RateInterval {
    HOUR
    DAY
    WEEK
  }
  type RatePoint {
    at: DateTime!
    price: Decimal!
  }

  type Account implements Node {
    id: ID!
    currency: Currency
    currencyCode: CurrencyCode!
    balance: Decimal!
    available: Decimal!
    reserved: Decimal
    value(in: CurrencyCode! = "EUR"): Decimal
    transactions(first: Int = 25, after: String, filter: TransactionFilter): TransactionConnection
    depositAddresses(network: String): [DepositAddress!]
  }
  input TransactionFilter {
    from: DateTime
    to: DateTime
    status: TransactionStatus
    type: TransactionType
  }
  type Transaction implements Node {
    id: ID!
    account: Account
    type: TransactionType!
    status: TransactionStatus!
    statusText: String!
    amount: Decimal!
    currency: Currency
    currencyCode: CurrencyCode!
    description: String
    date: DateTime!
    balanceAfter: Decimal
    source: TransactionSource
  }
  union TransactionSource =
    | Exchange
    | Deposit
    | CryptoDeposit
    | CryptoWithdrawal
    | BankWithdrawal
    | EWalletWithdrawal
    | VoucherWithdrawal
    | WithdrawalWithExchange
    | Order
    | GiftCardPurchase
  enum TransactionType {
    EXCHANGE
    DEPOSIT
    CRYPTO_DEPOSIT
    WITHDRAWAL
    CRYPTO_WITHDRAWAL
    MERCHANT_ORDER
    GIFT_CARD
    VOUCHER
    FEE
    OTHER
    UNRECOGNIZED
  }
  enum TransactionStatus {
    PENDING
    PROCESSED
    FAILED
    UNRECOGNIZED
  }

  type ExchangePair implements Node {
    id: ID!
    pay: Currency
    receive: Currency
    payCode: CurrencyCode!
    receiveCode: CurrencyCode!
    minPayAmount: Decimal
    maxPayAmount: Decimal
    enabled: Boolean
    rate: ExchangeRate
  }
  type ExchangeRate {
    id: ID!
    payCode: CurrencyCode!
    receiveCode: CurrencyCode!
    rate: Decimal!
    asOf: DateTime!
    stale: Boolean!
  }
  input ExchangeQuoteInput {
    payCode: CurrencyCode!
    receiveCode: CurrencyCode!
    amount: ExchangeAmount!
  }
  input ExchangeAmount @oneOf {
    payAmount: Decimal
    receiveAmount: Decimal
  }
  type ExchangeQuote {
    payAmount: Decimal!
    payCode: CurrencyCode!
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    rate: Decimal!
    asOf: DateTime!
  }
  union ExchangeQuoteResult = ExchangeQuote | InvalidInput | AmountOutOfRange | PairNotSupported

  type Exchange implements Node {
    id: ID!
    status: ExchangeStatus!
    statusText: String!
    payAmount: Decimal!
    payCode: CurrencyCode!
    payAccount: Account
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    receiveAccount: Account
    rate: Decimal
    createdAt: DateTime
  }
  enum ExchangeStatus {
    NEW
    PENDING
    PAID
    FAILED
    UNRECOGNIZED
  }
  input CreateExchangeInput {
    idempotencyKey: ID!
    payAmount: Decimal!
    between: ExchangeBetween!
    minReceiveAmount: Decimal
  }
  input ExchangeBetween @oneOf {
    currencies: CurrencyPairInput
    pair: AccountPairInput
  }
  input CurrencyPairInput {
    payCode: CurrencyCode!
    receiveCode: CurrencyCode!
  }
  input AccountPairInput {
    pairId: ID!
    payAccountId: ID!
    receiveAccountId: ID!
  }
  union CreateExchangeResult =
    | Exchange
    | InvalidInput
    | InsufficientFunds
    | AmountOutOfRange
    | PairNotSupported
    | QuoteMoved
    | IdempotencyConflict
    | OutcomeUnknown
    | Refused

  interface Withdrawal implements Node {
    id: ID!
    kind: WithdrawalKind!
    status: WithdrawalStatus!
    statusText: String!
    account: Account
    currencyCode: CurrencyCode!
    withdrawAmount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    failureReason: String
    createdAt: DateTime
    updatedAt: DateTime
  }
  enum WithdrawalKind {
    CRYPTO
    BANK
    E_WALLET
    VOUCHER
    WITH_EXCHANGE
  }
  enum WithdrawalStatus {
    NEW
    PENDING
    PAID
    FAILED
    CANCELLED
    UNRECOGNIZED
  }
  input CreateCryptoWithdrawalInput {
    idempotencyKey: ID!
    from: WithdrawFrom!
    amount: Decimal!
    feeIncluded: Boolean! = false
    address: String!
    network: String
    memo: String
    description: String
  }
  input WithdrawFrom @oneOf {
    accountId: ID
    currency: CurrencyCode
  }
  union CreateWithdrawalResult =
    | CryptoWithdrawal
    | BankWithdrawal
    | EWalletWithdrawal
    | VoucherWithdrawal
    | WithdrawalWithExchange
    | InvalidInput
    | InsufficientFunds
    | AmountOutOfRange
    | DestinationRejected
    | QuoteMoved
    | IdempotencyConflict
    | OutcomeUnknown
    | Refused
  type CryptoWithdrawal implements Node & Withdrawal {
    id: ID!
    kind: WithdrawalKind!
    status: WithdrawalStatus!
    statusText: String!
    account: Account
    currencyCode: CurrencyCode!
    withdrawAmount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    failureReason: String
    createdAt: DateTime
    updatedAt: DateTime
    address: String!
    network: String
    memo: String
    transactionHash: String
    confirmations: Int
  }
  type BankWithdrawal implements Node & Withdrawal {
    id: ID!
    kind: WithdrawalKind!
    status: WithdrawalStatus!
    statusText: String!
    account: Account
    currencyCode: CurrencyCode!
    withdrawAmount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    failureReason: String
    createdAt: DateTime
    updatedAt: DateTime
    beneficiaryName: String
    iban: String
    accountNumber: String
    bic: String
    reference: String
    type: BankTransferType
  }
  type EWalletWithdrawal implements Node & Withdrawal {
    id: ID!
    kind: WithdrawalKind!
    status: WithdrawalStatus!
    statusText: String!
    account: Account
    currencyCode: CurrencyCode!
    withdrawAmount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    failureReason: String
    createdAt: DateTime
    updatedAt: DateTime
    provider: String
    recipient: String
  }
  type VoucherWithdrawal implements Node & Withdrawal {
    id: ID!
    kind: WithdrawalKind!
    status: WithdrawalStatus!
    statusText: String!
    account: Account
    currencyCode: CurrencyCode!
    withdrawAmount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    failureReason: String
    createdAt: DateTime
    updatedAt: DateTime
    provider: String
    voucherCode: String
    voucherPin: String
    expiresAt: DateTime
  }
  type WithdrawalWithExchange implements Node & Withdrawal {
    id: ID!
    kind: WithdrawalKind!
    status: WithdrawalStatus!
    statusText: String!
    account: Account
    currencyCode: CurrencyCode!
    withdrawAmount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    failureReason: String
    createdAt: DateTime
    updatedAt: DateTime
    payAmount: Decimal
    payCode: CurrencyCode
    rate: Decimal
    exchange: Exchange
    withdrawal: Withdrawal
  }
  enum BankTransferType {
    SEPA
    SEPA_INSTANT
    SWIFT
    UNRECOGNIZED
  }
  input CreateBankWithdrawalInput {
    idempotencyKey: ID!
    from: WithdrawFrom!
    amount: Decimal!
    feeIncluded: Boolean! = false
    type: BankTransferType!
    beneficiaryName: String!
    iban: String
    accountNumber: String
    bic: String
    beneficiaryAddress: String
    beneficiaryCountryCode: String
    reference: String
    description: String
  }
  input CreateEWalletWithdrawalInput {
    idempotencyKey: ID!
    from: WithdrawFrom!
    amount: Decimal!
    feeIncluded: Boolean! = false
    provider: String!
    recipient: String!
    description: String
  }
  input CreateVoucherWithdrawalInput {
    idempotencyKey: ID!
    from: WithdrawFrom!
    amount: Decimal!
    provider: String!
    description: String
  }
  input CreateWithdrawalWithExchangeInput {
    idempotencyKey: ID!
    from: WithdrawFrom!
    receiveCode: CurrencyCode!
    amount: ExchangeAmount!
    method: WithdrawalMethodInput!
    minReceiveAmount: Decimal
    maxPayAmount: Decimal
    description: String
  }
  input WithdrawalMethodInput @oneOf {
    crypto: CryptoMethodInput
    bank: BankMethodInput
    eWallet: EWalletMethodInput
  }
  input CryptoMethodInput {
    address: String!
    network: String
    memo: String
  }
  input BankMethodInput {
    type: BankTransferType!
    beneficiaryName: String!
    iban: String
    accountNumber: String
    bic: String
    beneficiaryAddress: String
    beneficiaryCountryCode: String
    reference: String
  }
  input EWalletMethodInput {
    provider: String!
    recipient: String!
  }
  input BankWithdrawalFeeInput {
    currency: CurrencyCode!
    type: BankTransferType
    amount: Decimal
  }
  input EWalletWithdrawalFeeInput {
    currency: CurrencyCode!
    provider: String
    amount: Decimal
  }
  input WithdrawalWithExchangeQuoteInput {
    from: WithdrawFrom!
    receiveCode: CurrencyCode!
    amount: ExchangeAmount!
    method: WithdrawalMethodInput!
  }
  type WithdrawalWithExchangeQuote {
    payAmount: Decimal!
    payCode: CurrencyCode!
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    rate: Decimal
    feeAmount: Decimal
    feeCode: CurrencyCode
    asOf: DateTime!
  }
  union WithdrawalWithExchangeQuoteResult =
    | WithdrawalWithExchangeQuote
    | InvalidInput
    | AmountOutOfRange
    | PairNotSupported
    | DestinationRejected

  type Deposit implements Node {
    id: ID!
    status: DepositStatus!
    statusText: String!
    amount: Decimal!
    feeAmount: Decimal
    receiveAmount: Decimal
    currencyCode: CurrencyCode!
    account: Account
    paymentMethod: PaymentMethod
    payUrl: String
    bankDetails: BankDetails
    createdAt: DateTime
    updatedAt: DateTime
  }
  enum DepositStatus {
    NEW
    PENDING
    PAID
    FAILED
    EXPIRED
    CANCELLED
    UNRECOGNIZED
  }
  type BankDetails {
    beneficiaryName: String
    iban: String
    bic: String
    bankName: String
    reference: String
  }
  input DepositFilter {
    from: DateTime
    to: DateTime
    status: DepositStatus
    currency: CurrencyCode
  }
  input CreateDepositInput {
    amount: Decimal!
    currency: CurrencyCode!
    paymentMethodId: ID!
    accountId: ID
    description: String
  }
  union CreateDepositResult = Deposit | InvalidInput | AmountOutOfRange
  type CryptoDeposit implements Node {
    id: ID!
    status: DepositStatus!
    statusText: String!
    amount: Decimal!
    feeAmount: Decimal
    currencyCode: CurrencyCode!
    network: String
    account: Account
    address: String
    memo: String
    transactionHash: String
    confirmations: Int
    requiredConfirmations: Int
    createdAt: DateTime
    updatedAt: DateTime
  }
  input CryptoDepositFilter {
    from: DateTime
    to: DateTime
    status: DepositStatus
    currency: CurrencyCode
    network: String
  }
  type DepositAddress {
    id: ID!
    address: String!
    memo: String
    currencyCode: CurrencyCode!
    network: String
    account: Account
    createdAt: DateTime
  }
  input CreateDepositAddressInput {
    currency: CurrencyCode!
    network: String
  }
  union CreateDepositAddressResult = DepositAddress | InvalidInput
  type PaymentMethod {
    id: ID!
    type: PaymentMethodType!
    name: String!
    direction: PaymentDirection!
    currencyCodes: [CurrencyCode!]!
    minAmount: Decimal
    maxAmount: Decimal
    feeFixed: Decimal
    feePercent: Decimal
    limitsCode: CurrencyCode
    enabled: Boolean
  }
  enum PaymentMethodType {
    BANK_TRANSFER
    CARD
    E_WALLET
    VOUCHER
    CRYPTO
    UNRECOGNIZED
  }
  enum PaymentDirection {
    DEPOSIT
    WITHDRAWAL
    UNRECOGNIZED
  }

  type WithdrawalFee {
    feeAmount: Decimal!
    currencyCode: CurrencyCode!
    minAmount: Decimal
    maxAmount: Decimal
  }
  union WithdrawalFeeResult = WithdrawalFee | InvalidInput | AmountOutOfRange
  input CryptoWithdrawalFeeInput {
    currency: CurrencyCode!
    network: String
    amount: Decimal
  }

  type Project implements Node {
    id: ID!
    name: String!
    description: String
    enabled: Boolean!
    autoConvert: Boolean
    receiveCode: CurrencyCode
    acceptAllCurrencies: Boolean
    acceptedCurrencyCodes: [CurrencyCode!]
    testMode: Boolean
    feePaidByClient: Boolean
    verifiedPayersOnly: Boolean
    createdAt: DateTime
    updatedAt: DateTime
    orders(first: Int = 25, after: String, filter: OrderFilter): OrderConnection
    preorders(first: Int = 25, after: String): PreorderConnection
    testStatus: TestStatus
    paymentWindowMinutes: Int
    callbackFormat: CallbackFormat
  }
  enum TestStatus {
    PAID
    EXPIRED
    UNRECOGNIZED
  }
  enum CallbackFormat {
    JSON
    FORM
    UNRECOGNIZED
  }
  input CreateProjectInput {
    name: String!
    description: String
    autoConvert: Boolean
    receiveCode: CurrencyCode
    acceptAllCurrencies: Boolean
    acceptedCurrencyCodes: [CurrencyCode!]
    enabled: Boolean
    testMode: Boolean
    testStatus: TestStatus
    feePaidByClient: Boolean
    verifiedPayersOnly: Boolean
  }
  union CreateProjectResult = Project | InvalidInput
  input UpdateProjectInput {
    id: ID!
    name: String
    description: String
    autoConvert: Boolean
    receiveCode: CurrencyCode
    acceptAllCurrencies: Boolean
    acceptedCurrencyCodes: [CurrencyCode!]
    enabled: Boolean
    testMode: Boolean
    testStatus: TestStatus
    feePaidByClient: Boolean
    verifiedPayersOnly: Boolean
  }
  union UpdateProjectResult = Project | InvalidInput | StateConflict

  type Preorder implements Node {
    id: ID!
    project: Project
    orderId: String
    description: String
    multiple: Boolean!
    receiveAmount: Decimal
    receiveCode: CurrencyCode
    payAmount: Decimal
    payCode: CurrencyCode
    payUrl: String!
    validUntil: DateTime
    createdAt: DateTime
    orderCount: Int
    orders(first: Int = 25, after: String): OrderConnection
  }
  input CreatePreorderInput {
    projectId: ID!
    orderId: String
    description: String
    multiple: Boolean! = false
    amount: OrderAmount!
    callbackUrl: String
    successUrl: String
    failureUrl: String
    payer: PayerInput
  }
  input PayerInput {
    email: String
    name: String
    surname: String
    dateOfBirth: String
  }
  union CreatePreorderResult = Preorder | InvalidInput | AlreadyExists | StateConflict | AmountOutOfRange
  input CreateOrderInput {
    projectId: ID!
    orderId: String
    description: String
    amount: OrderAmount!
    callbackUrl: String
    successUrl: String
    failureUrl: String
    payer: PayerInput
  }
  input OrderAmount @oneOf {
    receive: MoneyInput
    pay: MoneyInput
  }
  input MoneyInput {
    amount: Decimal!
    currency: CurrencyCode!
  }
  union CreateOrderResult = Preorder | InvalidInput | AlreadyExists | StateConflict | AmountOutOfRange
  input CreateOrderFromPreorderInput {
    preorderId: ID!
    payCode: CurrencyCode!
    network: String
    payerEmail: String
  }
  union CreateOrderFromPreorderResult = Order | InvalidInput | StateConflict
  input CancelOrderInput {
    id: ID!
  }
  union CancelOrderResult = Order | InvalidInput | StateConflict
  input PayOrderInput {
    idempotencyKey: ID!
    id: ID!
    from: WithdrawFrom!
  }
  union PayOrderResult =
    | Order
    | InvalidInput
    | InsufficientFunds
    | StateConflict
    | IdempotencyConflict
    | OutcomeUnknown
    | Refused
  input AcceptOrderInput {
    id: ID!
  }
  union AcceptOrderResult = Order | InvalidInput | StateConflict
  input ResendOrderCallbackInput {
    id: ID!
  }
  union ResendOrderCallbackResult = Order | InvalidInput | StateConflict

  type MerchantTransaction implements Node {
    id: ID!
    project: Project
    order: Order
    type: MerchantTransactionType!
    status: MerchantTransactionStatus!
    statusText: String!
    amount: Decimal!
    currency: Currency
    currencyCode: CurrencyCode!
    feeAmount: Decimal
    feeCode: CurrencyCode
    network: String
    transactionHash: String
    createdAt: DateTime
  }
  enum MerchantTransactionType {
    DEPOSIT
    CONVERSION
    FEE
    SETTLEMENT
    REFUND
    UNRECOGNIZED
  }
  enum MerchantTransactionStatus {
    PENDING
    COMPLETED
    FAILED
    UNRECOGNIZED
  }
  input MerchantTransactionFilter {
    from: DateTime
    to: DateTime
    order: ID
    currency: CurrencyCode
  }
  type MerchantCallback implements Node {
    id: ID!
    project: Project
    order: Order
    orderId: String
    url: String
    orderStatus: OrderStatus
    orderStatusText: String
    status: MerchantCallbackStatus!
    statusText: String!
    httpStatus: Int
    responseBody: String
    attempts: Int
    createdAt: DateTime
    lastAttemptAt: DateTime
    nextAttemptAt: DateTime
  }
  enum MerchantCallbackStatus {
    PENDING
    SENT
    FAILED
    UNRECOGNIZED
  }
  input MerchantCallbackFilter {
    order: ID
    status: MerchantCallbackStatus
  }

  type GiftCard implements Node {
    id: ID!
    name: String!
    brand: String
    countryCode: String
    currencyCode: CurrencyCode!
    category: String
    imageUrl: String
    denominations: [Decimal!]!
    minAmount: Decimal
    maxAmount: Decimal
    instructions: String
    available: Boolean
  }
  input GiftCardFilter {
    country: String
    currency: CurrencyCode
    category: String
    search: String
  }
  type GiftCardPurchase implements Node {
    id: ID!
    status: GiftCardPurchaseStatus!
    statusText: String!
    giftCard: GiftCard
    giftCardName: String
    quantity: Int
    amount: Decimal!
    currencyCode: CurrencyCode!
    payAmount: Decimal
    payCode: CurrencyCode
    validUntil: DateTime
    createdAt: DateTime
    cards: [GiftCardCode!]
  }
  enum GiftCardPurchaseStatus {
    NEW
    PENDING
    PAID
    FAILED
    EXPIRED
    UNRECOGNIZED
  }
  type GiftCardCode {
    code: String
    pin: String
    url: String
    expiresAt: DateTime
  }
  input CreateGiftCardPurchaseInput {
    giftCardId: ID!
    amount: MoneyInput!
    quantity: Int! = 1
    payCode: CurrencyCode!
  }
  union CreateGiftCardPurchaseResult = GiftCardPurchase | InvalidInput | AmountOutOfRange
  input PayGiftCardPurchaseInput {
    idempotencyKey: ID!
    id: ID!
    from: WithdrawFrom!
  }
  union PayGiftCardPurchaseResult =
    | GiftCardPurchase
    | InvalidInput
    | InsufficientFunds
    | StateConflict
    | IdempotencyConflict
    | OutcomeUnknown
    | Refused

  input CreateExportInput {
    resource: ExportResource!
    format: ExportFormat!
    from: DateTime!
    to: DateTime!
    accountId: ID
    projectId: ID
    kind: WithdrawalKind
  }
  enum ExportResource {
    ACCOUNT_TRANSACTIONS
    EXCHANGES
    DEPOSITS
    CRYPTO_DEPOSITS
    WITHDRAWALS
    MERCHANT_ORDERS
    MERCHANT_TRANSACTIONS
  }
  enum ExportFormat {
    CSV
    PDF
  }
  type Export {
    url: String!
    fileName: String!
    contentType: String!
    expiresAt: DateTime!
  }
  union CreateExportResult = Export | InvalidInput

  type Order implements Node {
    id: ID!
    orderId: String!
    status: OrderStatus!
    statusText: String!
    project: Project
    preorder: Preorder
    transactions(first: Int = 25, after: String): MerchantTransactionConnection
    callbacks(first: Int = 25, after: String): MerchantCallbackConnection
    description: String
    payAmount: Decimal
    payCode: CurrencyCode
    network: String
    receivedAmount: Decimal
    receiveAmount: Decimal!
    receiveCode: CurrencyCode!
    depositAddress: String
    memo: String
    payUrl: String
    validUntil: DateTime
    createdAt: DateTime
    updatedAt: DateTime
    paidAt: DateTime
  }
  enum OrderStatus {
    NEW
    PENDING
    PAID
    FAILED
    EXPIRED
    TEST
    LATE_CRYPTO_PAYMENT
    PARTIAL_PAYMENT
    UNDERPAID
    CANCELLED
    INVALID_PAYMENT
    TEST_PAID
    TEST_EXPIRED
    PROCESSING_REFUND
    REFUNDED
    REJECTED_REFUND
    PENDING_LATE_CRYPTO_PAYMENT
    REJECTED
    UNRECOGNIZED
  }
  input OrderFilter {
    from: DateTime
    to: DateTime
    status: OrderStatus
    orderId: String
  }
  input ExchangeFilter {
    from: DateTime
    to: DateTime
    status: ExchangeStatus
  }
  input WithdrawalFilter {
    from: DateTime
    to: DateTime
    status: WithdrawalStatus
  }

  type InvalidInput implements Error {
    message: String!
    path: [String!]!
    upstreamCode: String
  }
  type InsufficientFunds implements Error {
    message: String!
    available: Decimal
    availableCode: CurrencyCode
  }
  type AmountOutOfRange implements Error {
    message: String!
    min: Decimal
    max: Decimal
    limitCode: CurrencyCode
  }
  type PairNotSupported implements Error {
    message: String!
    pairPayCode: CurrencyCode!
    pairReceiveCode: CurrencyCode!
  }
  type DestinationRejected implements Error {
    message: String!
    field: String!
  }
  type StateConflict implements Error {
    message: String!
    currentStatus: String
  }
  type AlreadyExists implements Error {
    message: String!
    field: String!
  }
  type QuoteMoved implements Error {
    message: String!
    quotedAmount: Decimal!
    quotedCode: CurrencyCode!
  }
  type IdempotencyConflict implements Error {
    message: String!
    idempotencyKey: ID!
  }
  type OutcomeUnknown implements Error {
    message: String!
    operation: MoneyOperation!
  }
  type Refused implements Error {
    message: String!
    code: String!
    upstreamCode: String
  }
  type MoneyOperation implements Node {
    id: ID!
    idempotencyKey: ID!
    mutation: String!
    state: MoneyOperationState!
    startedAt: DateTime!
    settledAt: DateTime
    replays: Int!
    result: MoneyOperationResult
    candidates: [Node!]!
  }
  union MoneyOperationResult =
    | Exchange
    | CryptoWithdrawal
    | BankWithdrawal
    | EWalletWithdrawal
    | VoucherWithdrawal
    | WithdrawalWithExchange
    | Order
    | GiftCardPurchase
    | InvalidInput
    | InsufficientFunds
    | AmountOutOfRange
    | PairNotSupported
    | DestinationRejected
    | StateConflict
    | Refused
  enum MoneyOperationState {
    IN_PROGRESS
    SUCCEEDED
    REJECTED
    UNKNOWN
  }

  type PageInfo {
    hasNextPage: Boolean!
    hasPreviousPage: Boolean!
    startCursor: String
    endCursor: String
  }
  type TransactionConnection {
    edges: [TransactionEdge!]!
    nodes: [Transaction!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type TransactionEdge {
    cursor: String!
    node: Transaction!
  }
  type ExchangeConnection {
    edges: [ExchangeEdge!]!
    nodes: [Exchange!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type ExchangeEdge {
    cursor: String!
    node: Exchange!
  }
  type WithdrawalConnection {
    edges: [WithdrawalEdge!]!
    nodes: [Withdrawal!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type WithdrawalEdge {
    cursor: String!
    node: Withdrawal!
  }
  type ProjectConnection {
    edges: [ProjectEdge!]!
    nodes: [Project!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type ProjectEdge {
    cursor: String!
    node: Project!
  }
  type OrderConnection {
    edges: [OrderEdge!]!
    nodes: [Order!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type OrderEdge {
    cursor: String!
    node: Order!
  }
  type DepositConnection {
    edges: [DepositEdge!]!
    nodes: [Deposit!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type DepositEdge {
    cursor: String!
    node: Deposit!
  }
  type CryptoDepositConnection {
    edges: [CryptoDepositEdge!]!
    nodes: [CryptoDeposit!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type CryptoDepositEdge {
    cursor: String!
    node: CryptoDeposit!
  }
  type PreorderConnection {
    edges: [PreorderEdge!]!
    nodes: [Preorder!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type PreorderEdge {
    cursor: String!
    node: Preorder!
  }
  type MerchantTransactionConnection {
    edges: [MerchantTransactionEdge!]!
    nodes: [MerchantTransaction!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type MerchantTransactionEdge {
    cursor: String!
    node: MerchantTransaction!
  }
  type MerchantCallbackConnection {
    edges: [MerchantCallbackEdge!]!
    nodes: [MerchantCallback!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type MerchantCallbackEdge {
    cursor: String!
    node: MerchantCallback!
  }
  type GiftCardConnection {
    edges: [GiftCardEdge!]!
    nodes: [GiftCard!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type GiftCardEdge {
    cursor: String!
    node: GiftCard!
  }
  type GiftCardPurchaseConnection {
    edges: [GiftCardPurchaseEdge!]!
    nodes: [GiftCardPurchase!]!
    pageInfo: PageInfo!
    totalCount: Int
  }
  type GiftCardPurchaseEdge {
    cursor: String!
    node: GiftCardPurchase!
  }
`
