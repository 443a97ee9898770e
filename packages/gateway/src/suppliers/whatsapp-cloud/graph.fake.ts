import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { Agent } from 'undici'
import type { WhatsAppSender } from '../../core/integration.ts'
import type { Template } from '../../core/template.ts'
import { type Answer, breakOff, httpFarSide, json, reset, silence } from '../far-side.fake.ts'
import { suppliers } from '../index.ts'
import type { Behaviour } from '../supplier.suite.ts'
import { testFiles } from '../testing.ts'
import { integrationWith } from './integration.fake.ts'

export const files = await testFiles()
/** A file that is there. */
export const cat = 'c45ada9b-8a51-4413-a134-928c2b085d31.jpg'
await files.put({ id: cat }, Buffer.from('a cat'))

/** Every name is a template, with two reply buttons around one for a URL; `links` has one that never varies before it. */
export const template = (integrationId: string, name: string): Template => ({
  integrationId,
  name,
  language: 'en_US',
  isDefault: true,
  category: 'utility',
  status: 'approved',
  source: 'api',
  body: 'Dear {{1}}, you owe {{2}}.',
  ...(name === 'named' && { header: { type: 'text', text: 'Statement for {{month}}' } }),
  buttons: [
    { type: 'reply', text: 'Pay now' },
    ...(name === 'links' ? [{ type: 'url', text: 'Home', url: 'https://acme.example' } as const] : []),
    { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' },
    { type: 'reply', text: 'Pay later' },
  ],
})

/** One person shows no number. */
export const userOf = async (alias: string) =>
  alias === '999000000000001' ? 'ZA.13491208655302741918' : undefined

export const patience = () => AbortSignal.timeout(5000)

export const accepted = (...messages: object[]) => json(200, { messaging_product: 'whatsapp', messages })
export const refused = (status: number, error: object, headers: Record<string, string> = {}) =>
  json(status, { error: { message: 'No', type: 'OAuthException', fbtrace_id: 'A1', ...error } }, headers)

/** A supplier, and Graph as it answers on the wire. */
export async function open(t: TestContext, whatsapp: (url: string) => Partial<WhatsAppSender> = () => ({})) {
  const graph = await httpFarSide(t)
  const agent = new Agent()
  t.after(() => agent.destroy())
  const make = suppliers['whatsapp-cloud']
  assert.ok(make)
  const integration = integrationWith({ baseUrl: `${graph.url}/graph/v23.0`, ...whatsapp(graph.url) })
  const supplier = make(integration, { agent, files, template, userOf })

  const manners: Record<Behaviour, Answer | undefined> = {
    // An upload is answered as well.
    'takes messages': json(200, { id: 'media.1', messages: [{ id: 'wamid.1' }] }),
    'never answers': silence,
    'resets after reading the message': reset,
    'breaks off in the answer': breakOff,
    'answers garbage': json(200, { hello: 'world' }),
    'refuses connections': undefined,
  }
  const farSide = {
    async behave(as: Behaviour) {
      const answer = manners[as]
      if (answer) graph.answerWith(answer)
      else await graph.close()
    },
    received: () => graph.requests.filter(({ path }) => path.endsWith('/messages')).map(({ body }) => body),
  }
  return { supplier, graph, farSide, integration, agent }
}
