// Everything that can be changed while the sandbox runs, as functions; `control-routes.ts` offers the same over HTTP.
import { contractFormats, type Formats } from './answers.ts'
import { currencyOf, priceScale } from './catalogue.ts'
import type { Clock } from './clock.ts'
import { ControlFault } from './control-fault.ts'
import { createOrderControl, type OrderControl } from './control-orders.ts'
import { createWalletControl, type WalletControl } from './control-wallet.ts'
import type { Credential, Credentials } from './credentials.ts'
import type { Executions } from './executions.ts'
import { canBeLate, type Fault, faultKinds, type Faults } from './faults.ts'
import { isFailureCode } from './failure.ts'
import type { Delay, Latency } from './latency.ts'
import type { Limits, RateLimit } from './rate-limit.ts'
import type { RequestLog } from './request-log.ts'
import { allScopes } from './scopes.ts'
import { parseUnits } from './units.ts'
import type { World } from './world.ts'

export type Control = OrderControl &
  WalletControl & {
    readonly clock: {
      now(): Date
      /** Tokens expire, orders and withdrawals move, prices walk; what is due by then happens before this returns. */
      advance(milliseconds: number): void
      freeze(): void
      resume(): void
    }
    readonly latency: { set(delay: Delay): void; clear(): void }
    readonly faults: { add(fault: Fault): void; list(): readonly Fault[]; clear(): void }
    readonly formats: { get(): Formats; set(changed: Partial<Formats>): void }
    readonly limits: { get(): Limits; set(changed: Partial<Limits>): void }
    readonly credentials: { create(scopes?: readonly string[]): Credential }
    readonly tokens: {
      /** A token without the token endpoint. */
      create(scopes?: readonly string[], lifetimeSeconds?: number): string
      /** All tokens given so far are refused from now on. */
      revoke(): void
    }
    readonly prices: {
      /** Holds a currency's price, in euros, until a reset. */
      set(currencyCode: string, price: string): void
      /** Lets prices walk so many steps without the clock. */
      step(steps?: number): void
    }
    /** `clear` takes the executions along. */
    readonly requests: Pick<RequestLog, 'list' | 'counts' | 'clear'>
    /** How many calls that take money from an account were really carried out, by method and template. */
    executions(): Readonly<Record<string, number>>
    readonly ledger: { problems(): string[] }
    /** As just started: world, clock, tokens, faults and all; only the address stays. */
    reset(): void
  }

type ControlDependencies = {
  readonly clock: Clock
  readonly credentials: Credentials
  readonly rateLimit: RateLimit
  readonly requests: RequestLog
  readonly executions: Executions
  readonly faults: Faults
  readonly latency: Latency
  readonly formats: { current: Formats }
  readonly world: () => World
  readonly reset: () => void
}

const choices: Readonly<Record<keyof Formats, readonly string[]>> = {
  amounts: ['numbers', 'strings'],
  ids: ['strings', 'numbers'],
  dates: ['iso', 'epoch'],
  lists: ['plain', 'bare', 'data', 'content', 'items', 'history', 'name'],
  errors: ['full', 'short'],
  externalIds: ['shown', 'hidden'],
}

export function createControl(dependencies: ControlDependencies): Control {
  const { clock, credentials, rateLimit, requests, executions, faults, latency, formats, world, reset } = dependencies

  function clearRequests(): void {
    requests.clear()
    executions.clear()
  }

  return {
    clock: {
      now: () => new Date(clock.now()),
      advance(milliseconds) {
        clock.advance(atLeast(0, milliseconds, 'ms'))
        world().agenda.runUntil(clock.now())
      },
      freeze: clock.freeze,
      resume: clock.resume,
    },
    latency: {
      set(delay) {
        atLeast(0, delay.ms, 'ms')
        checkRule(delay)
        latency.set(delay)
      },
      clear: latency.clear,
    },
    faults: {
      add(fault) {
        check(Object.hasOwn(faultKinds, fault.kind), `kind: one of ${Object.keys(faultKinds).join(', ')}`)
        checkRule(fault)
        if (fault.count !== undefined) atLeast(1, fault.count, 'count')
        if (fault.status !== undefined) check(fault.status >= 200 && fault.status <= 599, 'status: 200 to 599')
        if (fault.errorCode !== undefined) check(isFailureCode(fault.errorCode), 'errorCode: not in the catalogue')
        if (fault.executeAfterMs !== undefined) {
          atLeast(0, fault.executeAfterMs, 'executeAfterMs')
          check(canBeLate(fault), 'executeAfterMs: where it executes, and nothing of its answer is shown')
        }
        faults.add(fault)
      },
      list: faults.list,
      clear: faults.clear,
    },
    formats: {
      get: () => formats.current,
      set(changed) {
        for (const [name, value] of Object.entries(changed)) {
          const known = Object.hasOwn(choices, name) ? choices[name as keyof Formats] : []
          check(known.includes(value), `${name}: ${known.join(', ') || 'no such format'}`)
        }
        formats.current = { ...formats.current, ...changed }
      },
    },
    limits: {
      get: rateLimit.limits,
      set(changed) {
        if (changed.callsPerMinute !== undefined) atLeast(1, changed.callsPerMinute, 'callsPerMinute')
        if (changed.burst !== undefined) atLeast(0, changed.burst, 'burst')
        rateLimit.set(changed)
      },
    },
    credentials: { create: (scopes = allScopes) => credentials.create(known(scopes)) },
    tokens: {
      create(scopes = allScopes, lifetimeSeconds) {
        if (lifetimeSeconds !== undefined) atLeast(0, lifetimeSeconds, 'lifetimeSeconds')
        return credentials.grant({ clientId: 'sandbox-token', scopes: known(scopes) }, lifetimeSeconds).token
      },
      revoke: credentials.revokeTokens,
    },
    prices: {
      set(currencyCode, price) {
        const currency = currencyOf(currencyCode)
        const units = parseUnits(price, priceScale)
        if (currency === undefined || currencyCode === 'EUR') throw new ControlFault('currencyCode: none to be priced')
        if (units === undefined || units <= 0n) throw new ControlFault('price: a decimal above zero, in euros')
        world().prices.hold(currency, units, clock.now())
      },
      step(steps = 1) {
        world().prices.step(atLeast(1, steps, 'steps'))
      },
    },
    requests: { list: requests.list, counts: requests.counts, clear: clearRequests },
    executions: executions.counts,
    ledger: { problems: () => world().ledger.problems() },
    ...createOrderControl(clock, world),
    ...createWalletControl(clock, world),
    reset() {
      clock.reset()
      credentials.reset()
      rateLimit.reset()
      clearRequests()
      faults.clear()
      latency.clear()
      formats.current = contractFormats
      reset()
    },
  }
}

function atLeast(least: number, value: number, name: string): number {
  check(Number.isFinite(value) && value >= least, `${name}: a number from ${least} up`)
  return value
}

// Over HTTP anything may come.
function checkRule(rule: { readonly method?: unknown; readonly path?: unknown }): void {
  check(rule.method === undefined || typeof rule.method === 'string', 'method: a word such as GET')
  check(rule.path === undefined || typeof rule.path === 'string', 'path: a path, a template or a beginning with *')
}

function known(scopes: readonly string[]): readonly string[] {
  for (const scope of scopes) check(allScopes.includes(scope), `scopes: ${scope} is none`)
  return scopes
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ControlFault(message)
}
