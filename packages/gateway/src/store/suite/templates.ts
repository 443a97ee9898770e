import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Template } from '../../core/template.ts'
import { type Stage, scene } from './scene.ts'

export function templatesSuite(stage: Stage): void {
  function catalogue() {
    const { store, integrationId } = scene(stage)
    const template = (changes: Partial<Template> = {}): Template => ({
      integrationId,
      name: 'welcome',
      language: 'en',
      isDefault: true,
      category: 'utility',
      status: 'approved',
      source: 'api',
      body: 'Hello {{1}} 👋',
      buttons: [],
      ...changes,
    })
    const all = async (of = integrationId) => {
      const { templates } = await store.loadSettings()
      return templates.filter((template) => template.integrationId === of)
    }
    const defaults = async () =>
      (await all()).filter(({ isDefault }) => isDefault).map(({ name, language }) => `${name} ${language}`)
    return { store, integrationId, template, all, defaults }
  }

  describe('templates', () => {
    test('are loaded as they were put, by name and language', async () => {
      const { store, template, all } = catalogue()
      const full = template({
        name: 'statement',
        language: 'en_US',
        category: 'marketing',
        status: 'paused',
        source: 'sync',
        header: { type: 'text', text: 'Statement for {{1}}' },
        footer: 'Acme',
        buttons: [
          { type: 'reply', text: 'Pay now' },
          { type: 'url', text: 'Open', url: 'https://acme.example/{{1}}' },
          { type: 'dial', text: 'Call', phone: '27215551234' },
          { type: 'other', text: 'Copy' },
        ],
      })
      const media = template({ header: { type: 'document' } })
      const other = template({ name: 'statement', language: 'af', isDefault: false })
      for (const each of [media, full, other]) await store.putTemplate(each)
      assert.deepEqual(await all(), [other, full, media])
    })

    test('replace what was put under their name and language', async () => {
      const { store, template, all } = catalogue()
      await store.putTemplate(template({ footer: 'Acme' }))
      await store.putTemplate(template({ body: 'Bye' }))
      assert.deepEqual(await all(), [template({ body: 'Bye' })])
    })

    test('that are a default take it from the other languages of their name, and of no other', async () => {
      const { store, template, defaults, all } = catalogue()
      const elsewhere = catalogue()
      await elsewhere.store.putTemplate(elsewhere.template())
      await store.putTemplate(template({ name: 'bye' }))
      await store.putTemplate(template())
      await store.putTemplate(template({ language: 'af', isDefault: false }))
      assert.deepEqual(await defaults(), ['bye en', 'welcome en'])
      await store.putTemplate(template({ language: 'af' }))
      assert.deepEqual(await defaults(), ['bye en', 'welcome af'])
      assert.equal((await all()).length, 3)
      assert.deepEqual(await elsewhere.defaults(), ['welcome en'])
    })

    test('have one default however many of them are put at once', async () => {
      const { store, template, defaults } = catalogue()
      const languages = ['af', 'de', 'en', 'fr', 'zu']
      await Promise.all(languages.map((language) => store.putTemplate(template({ language }))))
      assert.equal((await defaults()).length, 1)
    })

    test('are deleted by language, or all of a name', async () => {
      const { store, integrationId, template, all } = catalogue()
      for (const language of ['af', 'en', 'zu']) await store.putTemplate(template({ language }))
      await store.putTemplate(template({ name: 'bye' }))
      await store.deleteTemplate(integrationId, 'welcome', 'en')
      await store.deleteTemplate(integrationId, 'welcome', 'fr')
      await store.deleteTemplate('another integration', 'welcome')
      assert.deepEqual(
        (await all()).map(({ name, language }) => `${name} ${language}`),
        ['bye en', 'welcome af', 'welcome zu'],
      )
      await store.deleteTemplate(integrationId, 'welcome')
      assert.deepEqual(await all(), [template({ name: 'bye' })])
    })

    test('go with their integration', async () => {
      const { store, integrationId, template, all } = catalogue()
      const elsewhere = catalogue()
      await elsewhere.store.putTemplate(elsewhere.template())
      await store.putTemplate(template())
      await store.deleteIntegration(integrationId)
      assert.deepEqual(await all(), [])
      assert.equal((await elsewhere.all()).length, 1)
    })
  })
}
