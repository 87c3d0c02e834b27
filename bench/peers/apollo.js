// Apollo Server, standalone, with a RESTDataSource for each request.
import { RESTDataSource } from '@apollo/datasource-rest'
import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { byCode, keepForMinutes } from './api.js'
import { createLoaders } from './loaders.js'
import { resolvers, typeDefs } from './schema.js'

class Api extends RESTDataSource {
  baseURL = `${process.env.SPECTROCOIN_API_URL}/`

  constructor(authorization, options) {
    super(options)
    this.authorization = authorization
  }

  willSendRequest(_path, request) {
    request.headers['authorization'] = this.authorization
  }

  accounts = () => this.get('accounts')
  account = (id) => this.get(`accounts/${id}`)
  transactions = (id, first) => this.get(`accounts/${id}/transactions`, { params: { page: '1', size: String(first) } })
  rates = async (base) =>
    byCode(await this.get('currencies/rates', { params: { baseCurrencyCode: base } }), 'currencyCode')
  currencies = keepForMinutes(async () => byCode(await this.get('currencies'), 'code'))
  createDepositAddress = (body) => this.post('deposits/crypto/addresses', { body })
}

const server = new ApolloServer({ typeDefs, resolvers })
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async ({ req }) => {
    const api = new Api(req.headers.authorization, { cache: server.cache })
    return { api, loaders: createLoaders(api) }
  },
})
console.log(url)
