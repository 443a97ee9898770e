import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { answers } from './worker.ts'

/** What to send: so many files at once, each connection the next one when the last is answered. */
export interface FilesJob {
  port: number
  apiKey: string
  way: 'inline' | 'upload'
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
  const bytes = bodyOf(job)

  async function send() {
    while (performance.now() < until) {
      const asked = request({ ...target(job), agent, headers: headersOf(job, bytes.length) }).end(bytes)
      const [response] = await once(asked, 'response')
      response.resume()
      await once(response, 'end')
      answered[response.statusCode] = (answered[response.statusCode] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: job.atOnce }, send))
  agent.destroy()
  return { answered }
})

function target({ port, way }: FilesJob) {
  const path = way === 'inline' ? '/v1/message' : '/v1/media?fileName=report.pdf&broadcastAllowed=true'
  return { host: '127.0.0.1', port, method: 'POST', path }
}

const headersOf = ({ apiKey, way }: FilesJob, length: number) => ({
  authorization: apiKey,
  'content-type': way === 'inline' ? 'application/json' : 'application/pdf',
  'content-length': length,
})

/** A PDF as far as its first bytes tell: a kind of file that may be this large. */
function bodyOf({ way, fileBytes }: FilesJob): Buffer {
  const file = Buffer.alloc(fileBytes, 'Waypost ')
  file.write('%PDF-1.7\n')
  if (way === 'upload') return file
  const media = { contentType: 'application/pdf', fileName: 'report.pdf' }
  const message = { channel: 'whatsapp', to: '27820000001', content: file.toString('base64'), media }
  return Buffer.from(JSON.stringify({ messages: [message] }))
}
