import type { Store } from './store.ts'
import type { Template } from './template.ts'

/** The templates of every integration, in memory. Of a name's languages one is the default, as long as it has any. */
export interface Catalogue {
  /** In its default language: what a message that names it is. */
  template(integrationId: string, name: string): Template | undefined
  /** All of them, in every language; those of a name follow each other, its default first. */
  templatesOf(integrationId: string): Template[]
  /** The first of a name is its default, whatever it says; a later one that says so takes that over. */
  putTemplate(template: Template): Promise<void>
  /** Without a language, all of the name's. Another language takes over from the default. */
  deleteTemplate(integrationId: string, name: string, language?: string): Promise<void>
}

type TemplateStore = Pick<Store, 'putTemplate' | 'deleteTemplate'>

export function catalogue(
  store: TemplateStore,
  stored: Template[],
): Catalogue & { forgetTemplates(integrationId: string): void } {
  /** By integration, then by name; the default first. */
  const known = new Map<string, Map<string, Template[]>>()
  const languagesOf = (integrationId: string, name: string) => known.get(integrationId)?.get(name) ?? []
  for (const template of stored) remember(template)

  function remember(template: Template) {
    const { integrationId, name, language, isDefault } = template
    const others = languagesOf(integrationId, name)
      .filter((other) => other.language !== language)
      .map((other) => (isDefault && other.isDefault ? { ...other, isDefault: false } : other))
    const names = known.get(integrationId) ?? new Map<string, Template[]>()
    known.set(integrationId, names.set(name, isDefault ? [template, ...others] : [...others, template]))
  }

  function forget(integrationId: string, name: string, language: string | undefined) {
    const others = languagesOf(integrationId, name).filter((other) => other.language !== language)
    if (language !== undefined && others.length > 0) known.get(integrationId)?.set(name, others)
    else known.get(integrationId)?.delete(name)
  }

  async function put(template: Template) {
    await store.putTemplate(template)
    remember(template)
  }

  return {
    template: (integrationId, name) => languagesOf(integrationId, name)[0],
    templatesOf: (integrationId) => [...(known.get(integrationId)?.values() ?? [])].flat(),

    async putTemplate(template) {
      const { integrationId, name, language } = template
      const others = languagesOf(integrationId, name).filter((other) => other.language !== language)
      await put({ ...template, isDefault: template.isDefault || !others.some(({ isDefault }) => isDefault) })
    },
    async deleteTemplate(integrationId, name, language) {
      const [first, second] = languagesOf(integrationId, name)
      // Before, not after: whatever happens in between, the name has a default.
      if (second && first?.language === language) await put({ ...second, isDefault: true })
      await store.deleteTemplate(integrationId, name, language)
      forget(integrationId, name, language)
    },
    forgetTemplates: (integrationId) => void known.delete(integrationId),
  }
}
