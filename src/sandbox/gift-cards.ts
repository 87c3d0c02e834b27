// Gift cards (merchant 10): the public catalogue, and purchases with their payment.
import { amount } from './answers.ts'
import { failure, notFound } from './failure.ts'
import { type Product, productOf, products } from './gift-card-catalogue.ts'
import { type Purchase, purchaseStatuses } from './gift-card-shop.ts'
import type { Fields } from './fields.ts'
import { inRange, pageOf, same } from './paging.ts'
import { payingAccount } from './paying-account.ts'
import type { Call, Route } from './router.ts'
import { formatUnits } from './units.ts'
import { requiredCurrency } from './withdrawal-history.ts'

export const giftCardRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/gift-cards',
    list: 'giftCards',
    // A catalogue has no newest: it keeps its own order.
    run: ({ query }) => pageOf(wantedProducts(query).reverse(), query, showProduct),
  },
  {
    method: 'GET',
    path: '/gift-cards/{productId}',
    run({ parameter }) {
      const product = productOf(parameter('productId'))
      if (product === undefined) throw notFound(parameter('productId'))
      return showProduct(product)
    },
  },
  {
    method: 'POST',
    path: '/purchases/gift-cards',
    scope: 'purchase-gift-card:pay',
    run({ world, now, body }) {
      const productId = body.required('productId')
      body.required('amount')
      const product = productOf(productId)
      if (product === undefined) throw failure('GEN_8', { Id: productId })
      const payCurrency = requiredCurrency(body, 'payCurrencyCode')
      const currency = body.currency('currencyCode') ?? product.currency
      if (currency !== product.currency) throw failure('GEN_5', { currencyCode: currency.code })
      if (!product.available) throw failure('GFT_1', { productId })
      if (!payCurrency.enabled) throw failure('CUR_1', { currencyCode: payCurrency.code })
      const quantity = body.count('quantity', 1, 10) ?? 1
      const order = { product, amount: valueOf(product, body), quantity, payCurrency }
      return showPurchase(world.giftCardShop.start(order, now))
    },
  },
  {
    method: 'POST',
    path: '/purchases/gift-cards/{purchaseId}/pay',
    scope: 'purchase-gift-card:pay',
    spends: true,
    run(call) {
      const purchase = purchaseOf(call)
      call.body.required('accountId')
      const account = payingAccount(call.world, call.body)
      if (account.currency !== purchase.payCurrency) throw failure('GEN_5', { accountId: account.accountId })
      call.world.giftCardShop.pay(purchase, account, call.now)
      return showPurchase(purchase)
    },
  },
  {
    method: 'GET',
    path: '/purchases/gift-cards',
    scope: 'purchase-gift-card:read',
    list: 'purchases',
    run({ world, query }) {
      const isOfStatus = same(query.choice('status', purchaseStatuses))
      const isIn = same(query.currency('currencyCode'))
      const isInRange = inRange(query)
      const rows = world.giftCardShop.purchases.filter(({ status, product, createdAt }) => {
        return isOfStatus(status) && isIn(product.currency) && isInRange(createdAt)
      })
      return pageOf(rows, query, showBought)
    },
  },
  {
    method: 'GET',
    path: '/purchases/gift-cards/{purchaseId}',
    scope: 'purchase-gift-card:read',
    run: (call) => showBought(purchaseOf(call)),
  },
]

function wantedProducts(query: Fields): Product[] {
  const isOfCountry = same(query.text('countryCode'))
  const isIn = same(query.currency('currencyCode'))
  const isOfCategory = same(query.text('category'))
  const words = (query.text('search') ?? '').toLowerCase()
  return products.filter(({ countryCode, currency, category, name }) => {
    return isOfCountry(countryCode) && isIn(currency) && isOfCategory(category) && name.toLowerCase().includes(words)
  })
}

function valueOf({ currency, min, max, denominations }: Product, body: Fields): bigint {
  const value = body.amount('amount', currency) ?? 0n
  const limit = (units: bigint): string => formatUnits(units, currency.scale)
  if (value < min) throw failure('AMT_2', { minAmount: limit(min), currencyCode: currency.code })
  if (value > max) throw failure('AMT_3', { maxAmount: limit(max), currencyCode: currency.code })
  if (denominations.length > 0 && !denominations.includes(value)) {
    throw failure('GEN_5', { amount: limit(value), denominations: denominations.map(limit).join(' ') })
  }
  return value
}

function purchaseOf({ world, parameter }: Call): Purchase {
  const purchase = world.giftCardShop.purchases.find(({ id }) => id === parameter('purchaseId'))
  if (purchase === undefined) throw notFound(parameter('purchaseId'))
  return purchase
}

function showProduct({ id, name, brand, countryCode, currency, category, available, ...product }: Product): object {
  const isFixed = product.denominations.length > 0
  return {
    id,
    name,
    brand,
    countryCode,
    currencyCode: currency.code,
    category,
    imageUrl: `https://gifts.example.com/images/${id}.png`,
    denominations: product.denominations.map((value) => amount(value, currency)),
    minAmount: isFixed ? null : amount(product.min, currency),
    maxAmount: isFixed ? null : amount(product.max, currency),
    instructions: `Enter the code at ${brand}.`,
    available,
  }
}

function showPurchase({ id, product, quantity, payCurrency, status, validUntil, ...purchase }: Purchase): object {
  return {
    id,
    productId: product.id,
    productName: product.name,
    quantity,
    amount: amount(purchase.amount, product.currency),
    currencyCode: product.currency.code,
    payAmount: amount(purchase.payAmount, payCurrency),
    payCurrencyCode: payCurrency.code,
    status,
    validUntil,
    createdAt: purchase.createdAt,
  }
}

/** With the cards, for those who may see them. */
function showBought(purchase: Purchase): object {
  return { ...showPurchase(purchase), ...(purchase.status === 'PAID' && { cards: purchase.cards }) }
}
