// fastify and mercurius with its JIT, from the first request on.
import Fastify from 'fastify'
import mercurius from 'mercurius'
import { createApi } from './api.js'
import { createLoaders } from './loaders.js'
import { resolvers, typeDefs } from './schema.js'

const app = Fastify()
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  jit: 1,
  context: ({ headers }) => {
    const api = createApi(headers.authorization)
    return { api, loaders: createLoaders(api) }
  },
})
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
