import { openSandbox } from '../packages/sandbox/src/sandbox.ts'
import { answers } from './worker.ts'

// The sandbox, in memory: what its own file costs says nothing about the gateway.
const sandbox = await openSandbox({ host: '127.0.0.1', port: 0 })
answers(() => undefined, sandbox.url)
