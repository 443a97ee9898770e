import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { type DataKey, mtKey, seal } from './requests.ts'
import { answers } from './worker.ts'

/** What to send: so many files at once, each connection the next one when the last is answered. */
export interface FilesJob {
  port: number
  apiKey: string
  /** The last one seals what it uploads, and sends it. */
  way: 'inline' | 'upload' | 'sealed'
  dataKey?: DataKey
  atOnce: number
  fileBytes: number
  ms: number
}

export interface FilesSent {
  /** By HTTP status. */
  answered: Record<number, number>
}

// A process of its own, like the load generator.
answers<FilesJob, FilesSent>(async (job) => {
  const agent = new Agent({ keepAlive: true })
  const answered: Record<number, number> = {}
  const until = performance.now() + job.ms
  const { bytes, path } = bodyOf(job)
  const { port, apiKey } = job

  async function post(path: string, type: string, body: Buffer | string): Promise<string> {
    const headers = {
      authorization: apiKey,
      'content-type': type,
      'content-length': Buffer.byteLength(body),
    }
    const asked = request({ host: '127.0.0.1', port, method: 'POST', path, agent, headers }).end(body)
    const [response] = await once(asked, 'response')
    answered[response.statusCode] = (answered[response.statusCode] ?? 0) + 1
    return text(response)
  }

  async function send() {
    while (performance.now() < until) {
      const answer = await post(path, job.way === 'inline' ? 'application/json' : 'application/pdf', bytes)
      if (job.way !== 'sealed') continue
      const { fileId } = JSON.parse(answer)
      const message = { channel: 'whatsapp', to: '27820000001', media: { fileId } }
      await post('/v1/message', 'application/json', JSON.stringify({ messages: [message] }))
    }
  }
  await Promise.all(Array.from({ length: job.atOnce }, send))
  agent.destroy()
  return { answered }
})

/** A PDF as far as its first bytes tell: a kind of file that may be this large. */
function bodyOf({ way, fileBytes, dataKey }: FilesJob): { bytes: Buffer; path: string } {
  const file = Buffer.alloc(fileBytes, 'Waypost ')
  file.write('%PDF-1.7\n')
  const upload = '/v1/media?fileName=report.pdf&broadcastAllowed=true'
  if (way === 'upload') return { bytes: file, path: upload }
  if (way === 'sealed' && dataKey) {
    const { encryptionKey } = dataKey
    const sha256FileHash = createHash('sha256').update(file).digest('hex')
    const sealing = new URLSearchParams({ encryptionKey, kmsArn: mtKey, sha256FileHash })
    return { bytes: seal(dataKey, file), path: `${upload}&${sealing}` }
  }
  const media = { contentType: 'application/pdf', fileName: 'report.pdf' }
  const message = { channel: 'whatsapp', to: '27820000001', content: file.toString('base64'), media }
  return { bytes: Buffer.from(JSON.stringify({ messages: [message] })), path: '/v1/message' }
}
