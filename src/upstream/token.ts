// The row of the token endpoint; auth.ts calls it.
import { defineEndpoints } from './endpoint.ts'

export const tokenEndpoints = defineEndpoints('token', {
  create: {
    does: 'gives a token for a client id and secret',
    method: 'POST',
    path: '/oauth/token',
    encoding: 'form',
    scope: null,
    safety: 'read',
    pathFrom: 'documented',
    answerFrom: 'client',
  },
})
