// Before and after the tests of each file: whatever secret a gateway has told fails the test that it was told in.
import { afterAll, afterEach } from 'vitest'
import { expectNothingTold, forgetSecrets } from './secrets.ts'

forgetSecrets()
afterEach(expectNothingTold)
// Of gateways that close when all tests have ended.
afterAll(expectNothingTold)
