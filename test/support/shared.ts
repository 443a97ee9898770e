import { after, before } from 'node:test'
import { type Installation, install, type Overrides } from './installation.ts'

/** One installation for a whole suite, whose tests change nothing in it that another one looks at. */
export function shared(overrides: Overrides = {}): () => Installation {
  let installation: Installation | undefined
  const opened = new AsyncDisposableStack()
  before(async () => {
    const after = (undo: () => Promise<unknown>) => opened.defer(async () => void (await undo()))
    installation = await install({ after }, overrides)
  })
  after(() => opened.disposeAsync())
  return () => {
    if (!installation) throw new Error('asked for before the suite began')
    return installation
  }
}
