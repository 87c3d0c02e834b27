// `npm run sandbox`: the sandbox alone, on PORT (4010), until it is told to stop.
import { startSandbox } from './sandbox.ts'

const sandbox = await startSandbox({ port: Number(process.env['PORT'] ?? 4010) })
const variables = {
  SPECTROCOIN_API_URL: sandbox.url,
  SPECTROCOIN_CLIENT_ID: sandbox.clientId,
  SPECTROCOIN_CLIENT_SECRET: sandbox.clientSecret,
}
const settings = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
console.log(`Sandbox at ${sandbox.url}; for a gateway: ${settings.join(' ')}`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sandbox.close()
  })
}
