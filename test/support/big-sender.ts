/**
 * Sends one big body, a megabyte at a time, from a thread of its own. Between the pieces it asks for the gateway's health
 * and waits for the answer, so that it stops where the gateway is held up.
 */
import { once } from 'node:events'
import { Agent, get, type IncomingMessage, request } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'
import { type BigBody, bigBodies } from './big-bodies.ts'

export interface BigSend {
  url: string
  path: string
  key: string
  body: BigBody
  chunked: boolean
  headers: Record<string, string>
}

export interface BigHeard {
  httpStatus: number
  text: string
  /** Requests that were answered between the pieces. */
  healthAnswers: number
  pieces: number
}

const { url, path, key, body, chunked, headers }: BigSend = workerData
const bytes = Buffer.from(bigBodies[body](), 'latin1')
const pieceBytes = 1024 * 1024

const sending = request(`${url}${path}`, {
  method: 'POST',
  headers: {
    authorization: key,
    'content-type': 'application/json',
    ...(!chunked && { 'content-length': bytes.length }),
    ...headers,
  },
})
const answer = once(sending, 'response')
const agent = new Agent({ keepAlive: true })
const drop = (response: IncomingMessage) => response.resume()
let healthAnswers = 0
let pieces = 0
for (let at = 0; at < bytes.length && !sending.destroyed; at += pieceBytes) {
  sending.write(bytes.subarray(at, at + pieceBytes))
  pieces++
  const [{ statusCode }] = await once(get(`${url}/health/live`, { agent }).on('response', drop), 'response')
  if (statusCode === 200) healthAnswers++
}
sending.end()
const [response] = await answer
let text = ''
for await (const piece of response) text += piece
agent.destroy()
parentPort?.postMessage({ httpStatus: response.statusCode, text, healthAnswers, pieces } satisfies BigHeard)
