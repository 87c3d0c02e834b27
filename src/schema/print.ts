// `npm run schema`: writes schema.graphql.
import { writeFileSync } from 'node:fs'
import { printSchema } from 'graphql'
import { schema } from './index.ts'

writeFileSync(new URL('../../schema.graphql', import.meta.url), `${printSchema(schema)}\n`)
