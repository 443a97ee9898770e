import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machineBusyMs, threadTimes, totalMs } from './cpu.ts'
import type { Job, Loaded } from './load.ts'
import { type Core, type Gateway, type Running, startGateway, startWorker, type Worker } from './processes.ts'
import { provisioning, type Senders } from './provisioning.ts'
import type { Counted } from './raw-server.ts'

/** Everything around what is measured, started once: the load generator, the sandbox, and the businesses' receiver. */
export interface Stage extends AsyncDisposable {
  load: Worker<Job, Loaded>
  callbacks: Worker<'count', Counted>
  sandboxUrl: string
  /** A gateway with a data folder of its own, which goes with it unless `folder` names one to keep. */
  gateway(options: GatewayHere): Promise<Gateway>
  /** With `relay` it sends what it accepts, once. */
  baseline(senders: SendersHere, options?: { relay: boolean }): Promise<Gateway>
  /** An empty data folder; it is gone when the stage is. */
  newFolder(): string
  /** What processes that are none of ours use of the machine between this call and the next: in cores. */
  foreignLoad(): () => number
}

/** Called back at the stage's own receiver unless it says where. */
type SendersHere = Pick<Senders, 'count' | 'first' | 'unlimited' | 'encryption'> &
  Partial<Pick<Senders, 'callbackUrlOf'>>

interface GatewayHere {
  roles: string
  senders: SendersHere
  folder?: string
  /** Settings besides: another ledger. */
  env?: Record<string, string>
  core?: Core
}

export async function openStage(folder: string): Promise<Stage> {
  await using opened = new AsyncDisposableStack()
  const ours = new Set<Running>()
  const own = <R extends Running>(process: R): R => {
    ours.add(process)
    return process
  }
  const [load, callbacks, farSide] = await Promise.all([
    startWorker<Job, Loaded>(new URL('./load.ts', import.meta.url), 'rest'),
    startWorker<'count', Counted>(new URL('./raw-server.ts', import.meta.url), 'rest'),
    startWorker<never, void>(new URL('./far-side.ts', import.meta.url), 'rest'),
  ])
  for (const process of [load, callbacks, farSide]) opened.use(own(process))
  const sandboxUrl = String(farSide.said)
  let folders = 0

  function newFolder() {
    const path = join(folder, `data-${++folders}`)
    mkdirSync(path)
    return path
  }

  function environment(senders: SendersHere, data: string) {
    const callbackUrlOf = () => `http://127.0.0.1:${callbacks.said}/callbacks`
    const file = join(data, 'provision.json')
    writeFileSync(file, provisioning({ callbackUrlOf, ...senders, sandboxUrl }))
    const keys = senders.encryption && {
      WAYPOST_KEYS_URL: `aws-kms:?endpoint=${sandboxUrl}/kms&region=eu-west-1`,
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    }
    return { WAYPOST_DATA: data, WAYPOST_PROVISION: file, ...keys }
  }

  const all = opened.move()
  return {
    load,
    callbacks,
    sandboxUrl,
    newFolder,
    async gateway({ roles, senders, folder: kept, env, core }) {
      const data = kept ?? newFolder()
      const gateway = own(await startGateway(roles, { ...environment(senders, data), ...env }, core))
      return {
        ...gateway,
        async [Symbol.asyncDispose]() {
          ours.delete(gateway)
          await gateway[Symbol.asyncDispose]()
          if (!kept) rmSync(data, { recursive: true })
        },
      }
    },
    async baseline(senders, { relay } = { relay: false }) {
      const data = newFolder()
      const worker = own(
        await startWorker<never, void>(new URL('./baseline.ts', import.meta.url), 'measured', {
          ...environment(senders, data),
          ...(relay && { BENCH_RELAY: 'yes' }),
        }),
      )
      return { ...worker, port: Number(worker.said) }
    },
    foreignLoad() {
      const oursMs = () => [process, ...ours].reduce((sum, { pid }) => sum + totalMs(threadTimes(pid)), 0)
      const before = { machine: machineBusyMs(), ours: oursMs(), at: performance.now() }
      return () => {
        const foreignMs = machineBusyMs() - before.machine - (oursMs() - before.ours)
        return Math.max(0, foreignMs / (performance.now() - before.at))
      }
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
