import { after, before } from 'node:test'
import { type Server, type ServerOptions, startServer } from './testing.ts'

/** One for all tests of the suite that asks for it. */
export function suiteServer(options?: ServerOptions): () => Server {
  let server: Server | undefined
  before(async () => {
    server = await startServer(options)
  })
  after(() => server?.[Symbol.asyncDispose]())
  return () => {
    if (!server) throw new Error('asked for before the suite began')
    return server
  }
}
