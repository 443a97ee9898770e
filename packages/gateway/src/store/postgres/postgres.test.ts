import { after, before, describe } from 'node:test'
import { openStore } from '../index.ts'
import { storeSuite } from '../store.suite.ts'
import { type Server, startServer } from './testing.ts'

describe('postgres', () => {
  let server: Server | undefined
  before(async () => {
    server = await startServer()
  })
  after(() => server?.[Symbol.asyncDispose]())

  storeSuite(async (clock) => openStore((await server?.newDatabase()) ?? '', clock))
})
