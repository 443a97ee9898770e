import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Scale } from './contest.ts'
import { diskFlushMs, idleLoad, isMemory, machineFacts } from './machine.ts'
import { pinned, startWorker } from './processes.ts'
import { percent, printed, whole } from './report.ts'
import { rows } from './rows/index.ts'
import { openStage, type Stage } from './stage.ts'

const usage = `npm run bench -- [--quick] [--row=a,b,…] [--folder=<on the disk to measure>]`

const scales: Record<'full' | 'quick', Scale> = {
  full: {
    rounds: 5,
    roundMs: 3000,
    warmUpMs: 6000,
    backlog: 200_000,
    endToEnd: 20_000,
    history: 1_000_000,
    waiting: 200_000,
    claims: 20_000,
  },
  quick: {
    rounds: 1,
    roundMs: 1500,
    warmUpMs: 2000,
    backlog: 50_000,
    endToEnd: 2000,
    history: 20_000,
    waiting: 4000,
    claims: 2000,
  },
}

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    row: { type: 'string', default: Object.keys(rows).join(',') },
    folder: { type: 'string', default: tmpdir() },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) console.log(usage)
else await run()

async function run() {
  const scale = scales[options.quick ? 'quick' : 'full']
  const chosen = options.row.split(',').map((name) => {
    const row = rows[name]
    if (!row) throw new Error(`there is no row ${name}\n${usage}`)
    return row
  })
  const folder = mkdtempSync(join(options.folder, 'waypost-bench-'))
  let missed = 0
  try {
    for (const line of await facts(folder)) console.log(line)
    await using stage = await openStage(folder)
    console.log(`${await loadCeiling(stage, scale)}\n`)
    for (const row of chosen) {
      const finding = await row.run(stage, scale)
      console.log(`${printed(row.title, finding)}\n`)
      missed += finding.conclusions.filter(({ goal }) => goal && !goal.reached).length
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(missed === 0 ? 'Every goal was reached.' : `${missed} goals were missed.`)
}

async function facts(folder: string): Promise<string[]> {
  const flush = diskFlushMs(folder)
  return [
    ...machineFacts(),
    `append 4 KiB and fdatasync: ${flush.p50.toFixed(2)} ms, p99 ${flush.p99.toFixed(2)} ms${
      isMemory(folder) ? '; THIS IS MEMORY, NOT A DISK: name another --folder' : ''
    }`,
    pinned
      ? 'what is measured, its writer thread included, has core 0; load generator, sandbox and receiver have core 1'
      : 'not pinned: all processes share all cores',
    `used by others before we began: ${percent(await idleLoad(1000))} of a core`,
  ]
}

/** What the load generator can do: less than this is the server's. */
async function loadCeiling({ load }: Stage, { roundMs }: Scale): Promise<string> {
  await using server = await startWorker(new URL('./raw-server.ts', import.meta.url), 'measured')
  const job = { port: Number(server.said), apiKeys: [''], connections: 64, messagesPerRequest: 1 }
  await load.ask({ ...job, recipients: 5000, until: { ms: 1000 } })
  const { accepted, elapsedMs } = await load.ask({ ...job, recipients: 5000, until: { ms: roundMs } })
  return `the load generator against a server that does nothing: ${whole((accepted * 1000) / elapsedMs)} requests/s`
}
