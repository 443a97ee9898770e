import { crc32, deflateSync } from 'node:zlib'
import { browse } from './browser.ts'

export type Recordings = Record<'video' | 'audio' | 'sticker', Buffer<ArrayBuffer>>

/** A film, a sound and a sticker that play, made by the browser itself: nothing else here can. */
export async function record(): Promise<Recordings> {
  await using opened = new AsyncDisposableStack()
  const { page } = await browse({ after: (undo) => opened.defer(async () => void (await undo())) })
  const run = async (program: string) => Buffer.from(await page.evaluate<string>(program), 'base64')
  return { video: await run(`(${film})()`), audio: await run(`(${tone})()`), sticker: await run(drawing) }
}

/** Programs for the browser: each answers with base64. They are texts, since the browser's names are not known here. */
const film = `async () => {
  const canvas = document.createElement('canvas')
  canvas.width = 480
  canvas.height = 300
  const pen = canvas.getContext('2d')
  let step = 0
  const draw = () => {
    pen.fillStyle = '#0b5f7c'
    pen.fillRect(0, 0, 480, 300)
    pen.fillStyle = '#ffb454'
    pen.beginPath()
    pen.arc(120 + 12 * step++, 150, 60, 0, 7)
    pen.fill()
  }
  const timer = setInterval(draw, 40)
  const made = await recorded(canvas.captureStream(25), 'video/mp4')
  clearInterval(timer)
  return made
  ${recording()}
}`

const tone = `async () => {
  const audio = new AudioContext()
  const wave = audio.createOscillator()
  const out = audio.createMediaStreamDestination()
  wave.connect(out)
  wave.start()
  return recorded(out.stream, 'audio/mp4')
  ${recording()}
}`

function recording(): string {
  return `function recorded(stream, mimeType) {
    return new Promise((resolve, reject) => {
      const chunks = []
      const recorder = new MediaRecorder(stream, { mimeType })
      recorder.ondataavailable = ({ data }) => chunks.push(data)
      recorder.onerror = reject
      recorder.onstop = async () => {
        const bytes = new Uint8Array(await new Blob(chunks).arrayBuffer())
        // A machine that has much to do may not have encoded anything yet.
        resolve(bytes.length > 0 ? bytes.toBase64() : recorded(stream, mimeType))
      }
      recorder.start()
      setTimeout(() => recorder.stop(), 800)
    })
  }`
}

const drawing = `(() => {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 256
  const pen = canvas.getContext('2d')
  const disc = (colour, x, y, size, end = 7) => {
    pen.fillStyle = colour
    pen.beginPath()
    pen.arc(x, y, size, 0, end)
    pen.fill()
  }
  disc('#ffb454', 128, 128, 116)
  disc('#1d2226', 88, 104, 14)
  disc('#1d2226', 168, 104, 14)
  disc('#1d2226', 128, 148, 56, Math.PI)
  return canvas.toDataURL('image/webp').split(',')[1]
})()`

/** A picture of so many pixels, as PNG. */
export function sunrise(width: number, height: number): Buffer<ArrayBuffer> {
  const rows = Buffer.alloc((1 + 3 * width) * height)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const isSun = Math.hypot(x - width / 2, y - height * 0.7) < height / 4
      const colour =
        y > height * 0.7 ? [11, 95, 124] : isSun ? [255, 214, 120] : [255, 180 - y / 4, 84 + y / 3]
      rows.set(colour, y * (1 + 3 * width) + 1 + 3 * x)
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')
  return Buffer.concat([signature, block('IHDR', header), block('IDAT', deflateSync(rows)), block('IEND')])
}

function block(name: string, content = Buffer.alloc(0)): Buffer {
  const named = Buffer.concat([Buffer.from(name), content])
  const framed = Buffer.alloc(named.length + 8)
  framed.writeUInt32BE(content.length)
  framed.set(named, 4)
  framed.writeUInt32BE(crc32(named), named.length + 4)
  return framed
}
