// `waypost health`: asks the gateway on this machine whether it can work. The exit code says so to whoever watches it.

import { get } from 'node:http'
import { text } from 'node:stream/consumers'
import { urlOf } from './project.mjs'

const url = `${urlOf(process.env.WAYPOST_HOST || '127.0.0.1', process.env.WAYPOST_PORT || '8080')}/health/ready`

get(url, { signal: AbortSignal.timeout(10_000) }, async (answer) => {
  console.log(await text(answer))
  process.exitCode = answer.statusCode === 200 ? 0 : 1
}).on('error', ({ message }) => {
  console.error(`waypost: ${url}: ${message}`)
  process.exitCode = 1
})
