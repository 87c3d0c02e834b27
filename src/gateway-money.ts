// Wires the money desk: how it is configured, what its folder may be wrong about, and its lines in the log.
import { ConfigError } from './config.ts'
import { GatewayError } from './errors.ts'
import { plainName } from './log.ts'
import { STEPS } from './money/audit.ts'
import { openMoney } from './money/desk.ts'
import { failureFields, stackOf } from './server/errors.ts'
import { DatabaseError } from './store/database.ts'
import type { Config } from './config.ts'
import type { Log } from './log.ts'
import type { AuditLine, Step } from './money/audit.ts'
import type { MoneyDeskOptions } from './money/desk.ts'
import type { Money } from './money/money.ts'

interface Wiring extends Pick<
  MoneyDeskOptions,
  'upstream' | 'world' | 'house' | 'credential' | 'history' | 'scopeOf' | 'changed'
> {
  readonly log: Log
  readonly count: (step: Step, mutation: string) => void
}

/** Opens it in DATA_DIR. Throws a ConfigError where that holds no journal for us. */
export function openMoneyDesk(config: Config, { log, count, ...options }: Wiring): Money {
  try {
    return openMoney({
      ...options,
      audit(step, line) {
        count(step, line.mutation)
        note(log, step, line)
      },
      dataDir: config.dataDir,
      days: config.journalDays,
      windowMs: config.reconcileWindowMs,
      patienceMs: config.operationTimeoutMs,
      lookMs: config.reconcileWaitMs,
    })
  } catch (error) {
    // Else it is of the file system, before there is a database.
    const why = error instanceof DatabaseError ? error.why : isOfFiles(error) ? 'unreadable' : undefined
    if (!why) throw error
    throw new ConfigError([DATA_FAULTS[why]], { cause: error })
  }
}

function isOfFiles(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

const DATA_FAULTS: Readonly<Record<DatabaseError['why'], string>> = {
  'in-use': 'DATA_DIR is in use by another gateway: each needs a folder of its own.',
  unreadable: 'DATA_DIR holds a journal that cannot be read or written to.',
  newer: 'DATA_DIR holds a journal of a newer gateway.',
}

const LEVELS: { readonly [S in Step]?: 'error' | 'warn' } = {
  unknown: 'error',
  unwritten: 'error',
  ambiguous: 'warn',
  lookFailed: 'warn',
}

/** A line for each step of each money-moving call. */
function note(log: Log, step: Step, { key, what, cause, ...line }: AuditLine): void {
  const why =
    cause instanceof GatewayError ? failureFields(cause) : { reason: 'a fault of the gateway', stack: stackOf(cause) }
  const plain = { ...line, kind: 'money', key: plainName(key), ...(what && { what: what.map(plainName) }) }
  log[LEVELS[step] ?? 'info']({ ...plain, ...(cause !== undefined && why) }, STEPS[step])
}
