import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, type TestContext, test } from 'node:test'
import { openStore } from '../store/index.ts'
import { type Directory, openDirectory } from './directory.ts'
import { template } from './template.fake.ts'

describe('the catalogue', () => {
  test('answers a name in its default language, and nothing for what it does not know', async (t) => {
    await withDirectory(t, async ({ directory }) => {
      await directory.putTemplate(template({ language: 'en', isDefault: true }))
      await directory.putTemplate(template({ language: 'af', isDefault: false }))
      assert.equal(directory.template('acme', 'statement')?.language, 'en')
      assert.equal(directory.template('acme', 'constructor'), undefined)
      assert.equal(directory.template('other', 'statement'), undefined)
      assert.deepEqual(directory.templatesOf('other'), [])
    })
  })

  test('makes the first language of a name its default, whatever it says', async (t) => {
    await withDirectory(t, async ({ directory, languages }) => {
      await directory.putTemplate(template({ language: 'en', isDefault: false }))
      await directory.putTemplate(template({ language: 'af', isDefault: false }))
      assert.deepEqual(languages(), ['en!', 'af'])
      await directory.putTemplate(template({ language: 'en', isDefault: false }))
      assert.deepEqual(languages(), ['en!', 'af'])
    })
  })

  test('moves the default to a language that says so, and the others stay', async (t) => {
    await withDirectory(t, async ({ directory, languages }) => {
      for (const language of ['en', 'af', 'zu']) await directory.putTemplate(template({ language }))
      assert.deepEqual(languages().sort(), ['af', 'en', 'zu!'])
      await directory.putTemplate(template({ language: 'af', body: 'Dag {{1}} {{2}}' }))
      assert.equal(directory.template('acme', 'statement')?.body, 'Dag {{1}} {{2}}')
      assert.deepEqual(languages().sort(), ['af!', 'en', 'zu'])
    })
  })

  test('has a default left when the default is deleted, and nothing when all of a name is', async (t) => {
    await withDirectory(t, async ({ directory, languages }) => {
      await directory.putTemplate(template({ language: 'en' }))
      await directory.putTemplate(template({ language: 'af', isDefault: false }))
      await directory.putTemplate(template({ name: 'other' }))
      await directory.deleteTemplate('acme', 'statement', 'fr')
      assert.deepEqual(languages(), ['en!', 'af'])
      await directory.deleteTemplate('acme', 'statement', 'en')
      assert.deepEqual(languages(), ['af!'])
      await directory.deleteTemplate('acme', 'statement', 'af')
      assert.deepEqual(languages(), [])
      await directory.putTemplate(template())
      await directory.deleteTemplate('acme', 'statement')
      assert.equal(directory.template('acme', 'statement'), undefined)
      assert.equal(directory.templatesOf('acme').length, 1)
    })
  })

  test('forgets the templates of an integration that is deleted', async (t) => {
    await withDirectory(t, async ({ directory }) => {
      await directory.putTemplate(template())
      await directory.putTemplate(template({ integrationId: 'other' }))
      await directory.deleteIntegration('acme')
      assert.deepEqual(directory.templatesOf('acme'), [])
      assert.equal(directory.templatesOf('other').length, 1)
    })
  })
})

interface Scene {
  directory: Directory
  /** Those of `statement`, the default with a mark. */
  languages(): string[]
}

/** Runs a test on an empty ledger; then what a restart would load is what was in memory. */
async function withDirectory(t: TestContext, run: (scene: Scene) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'waypost-catalogue-'))
  t.after(() => rm(folder, { recursive: true }))
  await using store = await openStore(`sqlite:${folder}/ledger.db`)
  const directory = await openDirectory(store)
  const languages = () =>
    directory
      .templatesOf('acme')
      .filter(({ name }) => name === 'statement')
      .map(({ language, isDefault }) => `${language}${isDefault ? '!' : ''}`)
  await run({ directory, languages })

  const again = await openDirectory(store)
  for (const id of ['acme', 'other'])
    assert.deepEqual(sorted(again.templatesOf(id)), sorted(directory.templatesOf(id)))
}

const sorted = <T extends { name: string; language: string }>(templates: T[]) =>
  templates.toSorted((a, b) => `${a.name} ${a.language}`.localeCompare(`${b.name} ${b.language}`))
