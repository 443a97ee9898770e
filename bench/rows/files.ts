import { setTimeout as sleep } from 'node:timers/promises'
import type { FilesJob, FilesSent } from '../big-files.ts'
import { residentBytes } from '../cpu.ts'
import { type Gateway, startWorker } from '../processes.ts'
import { apiKeyOf } from '../provisioning.ts'
import { whole } from '../report.ts'
import { dataKeyOf, moKey, mtKey } from '../requests.ts'
import type { Stage } from '../stage.ts'
import { spreadOf } from '../statistics.ts'
import type { Row } from './row.ts'

const megabyte = 2 ** 20
const atOnce = 10
const small = { apiKeys: [apiKeyOf(0)], recipients: 5000, connections: 8, messagesPerRequest: 1 }
const sampleMs = 25

interface Way {
  letter: string
  roles: string
  way: FilesJob['way']
  title: string
  p99Goal?: number
  growthGoal: number
}

/** What others feel of big files, and what they cost in memory: sends that carry nothing, without and with them. */
const beside = ({ letter, roles, way, title, p99Goal, growthGoal }: Way): Row => ({
  title: `${letter}. ${title}, and small sends beside them`,
  async run(stage, { rounds, roundMs, warmUpMs }) {
    const dataKey = await dataKeyOf(stage.sandboxUrl)
    const senders = { count: 1, unlimited: true, encryption: { mtKey, moKey } }
    await using gateway = await stage.gateway({ roles, senders })
    await using files = await startWorker<FilesJob, FilesSent>(
      new URL('../big-files.ts', import.meta.url),
      'rest',
    )
    const job = { port: gateway.port, apiKey: apiKeyOf(0), way, atOnce, fileBytes: 20 * megabyte, dataKey }
    await stage.load.ask({ ...small, port: gateway.port, until: { ms: warmUpMs } })
    await files.ask({ ...job, atOnce: 1, ms: 1 })

    const alone: number[] = []
    const together: number[] = []
    const growths: number[] = []
    const answered: Record<number, number> = {}
    for (let round = 0; round < rounds; round++) {
      alone.push(await p99Of(stage, gateway, roundMs))
      const idle = residentBytes(gateway.pid)
      const peak = peakOf(gateway.pid)
      const sending = files.ask({ ...job, ms: roundMs })
      together.push(await p99Of(stage, gateway, roundMs))
      for (const [status, count] of Object.entries((await sending).answered))
        answered[Number(status)] = (answered[Number(status)] ?? 0) + count
      growths.push((peak.stop() - idle) / megabyte)
    }
    const [before, during] = [spreadOf(alone).median, spreadOf(together).median]
    const growth = spreadOf(growths)
    return {
      table: [
        ['', 'p99 ms', 'worst p99 ms'],
        ['small sends alone', before.toFixed(1), spreadOf(alone).most.toFixed(1)],
        [`with ${atOnce} files of 20 MB at once`, during.toFixed(1), spreadOf(together).most.toFixed(1)],
      ],
      conclusions: [
        {
          text: `p99 raised by ${(during - before).toFixed(1)} ms`,
          ...(p99Goal !== undefined && {
            goal: { text: `under ${p99Goal} ms`, reached: during - before < p99Goal },
          }),
        },
        {
          text: `${whole(growth.most)} MB more resident at most`,
          goal: { text: `under ${growthGoal} MB`, reached: growth.most < growthGoal },
        },
        {
          text: `files answered: ${Object.entries(answered)
            .map(([status, n]) => `${n} × ${status}`)
            .join(', ')}`,
        },
      ],
    }
  },
})

export const inlineFiles = beside({
  letter: 'g',
  roles: 'api',
  way: 'inline',
  title: `${atOnce} messages with 20 MB inside`,
  p99Goal: 50,
  growthGoal: 200,
})

export const uploads = beside({
  letter: 'h',
  roles: 'api',
  way: 'upload',
  title: `${atOnce} uploads of 20 MB`,
  growthGoal: 64,
})

/** Opened and handed over as well, while others come in. */
export const sealedFiles = beside({
  letter: 'l',
  roles: 'api,dispatch',
  way: 'sealed',
  title: `${atOnce} sealed files of 20 MB, uploaded and sent`,
  growthGoal: 100,
})

async function p99Of({ load }: Stage, { port }: Gateway, ms: number): Promise<number> {
  const { latencyMs } = await load.ask({ ...small, port, until: { ms } })
  return latencyMs.p99
}

/** The most that was resident between the call and `stop`. */
function peakOf(pid: number) {
  const ended = new AbortController()
  let peak = 0
  void (async () => {
    while (!ended.signal.aborted) {
      peak = Math.max(peak, residentBytes(pid))
      await sleep(sampleMs)
    }
  })()
  return {
    stop() {
      ended.abort()
      return peak
    },
  }
}
