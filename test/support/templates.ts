import assert from 'node:assert/strict'
import { ask, type Installation, ids, numbers } from './installation.ts'

/** Brings what the sandbox has into the catalogues of both integrations. */
export async function syncTemplates({ admin }: Installation): Promise<void> {
  for (const id of Object.values(ids)) {
    const { httpStatus, text } = await admin('POST', `/admin/integrations/${id}/templates/sync`)
    assert.equal(httpStatus, 200, text)
  }
}

/** The published template with a URL, as the published request without a parameter for it takes it to be. */
export async function makeUrlStatic({ sandbox }: Installation, url: string): Promise<void> {
  const list = `${sandbox.url}/graph/v23.0/waba-${numbers.one}/message_templates`
  const name = 'test_header_with_text_dynamic_action'
  const headers = { authorization: 'Bearer sandbox' }
  const { json } = await ask(`${list}?name=${name}`, 'GET', { headers })
  const [found] = (json as { data: Record<string, unknown>[] }).data // Meta's list
  assert.ok(found)
  const { language, category, components } = JSON.parse(
    JSON.stringify(found).replaceAll(/"url":"[^"]*"/g, `"url":${JSON.stringify(url)}`),
  )
  await ask(`${list}?name=${name}`, 'DELETE', { headers })
  const made = await ask(list, 'POST', { headers, body: { name, language, category, components } })
  assert.equal(made.httpStatus, 200, made.text)
}
