import { chromium } from 'playwright-core'
import { chromiumOptions } from '../../packages/phone/src/chromium.stand-in.ts'
import type { Scope } from './receiver.ts'

/** A page of a real browser, which may talk to this machine only. Everything it complains of is in `complaints`. */
export async function browse(t: Scope, viewport = { width: 1280, height: 800 }) {
  const browser = await chromium.launch(chromiumOptions)
  t.after(() => browser.close())
  const page = await browser.newPage({ viewport })
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!/^(data:|http:\/\/127\.0\.0\.1:)/.test(request.url())) complaints.push(`asked for ${request.url()}`)
  })
  return { page, complaints }
}
