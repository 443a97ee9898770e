import { describe } from 'node:test'
import { openStore } from '../index.ts'
import { storeSuite } from '../store.suite.ts'
import { suiteServer } from './suite-server.fake.ts'

describe('postgres', () => {
  const server = suiteServer()

  storeSuite(async (clock) => openStore(await server().newDatabase(), clock))
})
