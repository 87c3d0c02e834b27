// The public contract, as far as it is built: names, arguments, defaults and nullability that clients may count on.

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
    projects(first: Int = 25, after: String): ProjectConnection
    project(id: ID!): Project
    order(id: ID!): Order
    orders(projectId: ID!, first: Int = 25, after: String, filter: OrderFilter): OrderConnection
    operation(idempotencyKey: ID!): MoneyOperation
  }

  type Mutation {
    createExchange(input: CreateExchangeInput!): CreateExchangeResult
    createCryptoWithdrawal(input: CreateCryptoWithdrawalInput!): CreateWithdrawalResult
  }

  type Subscription {
    liveRate(currency: CurrencyCode!, base: CurrencyCode! = "EUR"): Rate!
    liveRates(currencies: [CurrencyCode!]!, base: CurrencyCode! = "EUR"): [Rate!]!
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
  union TransactionSource = Exchange | CryptoWithdrawal | Order
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
    | InvalidInput
    | InsufficientFunds
    | AmountOutOfRange
    | DestinationRejected
    | QuoteMoved
    | IdempotencyConflict
    | OutcomeUnknown
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
  }
  type Order implements Node {
    id: ID!
    orderId: String!
    status: OrderStatus!
    statusText: String!
    project: Project
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
    | InvalidInput
    | InsufficientFunds
    | AmountOutOfRange
    | PairNotSupported
    | DestinationRejected
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
`
