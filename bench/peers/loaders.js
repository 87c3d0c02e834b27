// DataLoaders, made anew for each request.
import DataLoader from 'dataloader'

export const createLoaders = (api) => ({
  rates: new DataLoader((bases) => Promise.all(bases.map((base) => api.rates(base)))),
  currency: new DataLoader(async (codes) => {
    const all = await api.currencies()
    return codes.map((code) => all.get(code))
  }),
})
