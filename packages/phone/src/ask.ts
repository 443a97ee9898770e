/** The sandbox said no; the message is what it said. */
class Refusal extends Error {}

export async function ask<T>(path: string, init: RequestInit): Promise<T> {
  const response = await send(path, init)
  // The sandbox that serves this page answers it too, so both have the shapes of one version.
  return response.json() as Promise<T>
}

export async function send(path: string, init: RequestInit): Promise<Response> {
  const response = await fetch(path, init)
  if (!response.ok) throw new Refusal(reasonOf(response.status, await response.text()))
  return response
}

export function json(body: unknown): RequestInit {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
}

export interface Going {
  /** Called with how much of the body has gone out, from 0 to 1. */
  onProgress(part: number): void
  /** Breaks it off, and makes it reject. */
  signal: AbortSignal
}

/** Posts what takes its time. `fetch` does not tell how far it is. */
export function post<T>(path: string, body: unknown, { onProgress, signal }: Going): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const request = new XMLHttpRequest()
  request.open('POST', path)
  request.setRequestHeader('content-type', 'application/json')
  request.upload.onprogress = ({ loaded, total }) => onProgress(loaded / total)
  request.onload = () => {
    if (request.status < 300) resolve(JSON.parse(request.responseText))
    else reject(new Refusal(reasonOf(request.status, request.responseText)))
  }
  request.onerror = () => reject(new TypeError('The connection broke'))
  request.onabort = () => reject(signal.reason)
  signal.addEventListener('abort', () => request.abort())
  request.send(JSON.stringify(body))
  return promise
}

/** Why something did not work, in the middle of a sentence. */
export function problemOf(error: unknown): string {
  return error instanceof Refusal ? error.message : 'the sandbox does not answer'
}

/** From a problem of RFC 9457. */
function reasonOf(status: number, body: string): string {
  try {
    const problem: unknown = JSON.parse(body)
    if (typeof problem === 'object' && problem !== null && 'detail' in problem) return String(problem.detail)
  } catch {
    // Whoever answered is no sandbox.
  }
  return `the sandbox answered ${status}`
}
