import type { Store } from './store.ts'
import type { Template } from './template.ts'
import type { TemplateShelf } from './template-shelf.ts'

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

/** What `store` resolves is on the `shelf`. */
export function catalogue(
  store: Pick<Store, 'putTemplate' | 'deleteTemplate'>,
  shelf: () => TemplateShelf,
): Catalogue {
  return {
    template: (integrationId, name) => shelf().languagesOf(integrationId, name)[0],
    templatesOf: (integrationId) => shelf().all(integrationId),

    async putTemplate(template) {
      const { integrationId, name, language } = template
      const languages = shelf().languagesOf(integrationId, name)
      const others = languages.filter((other) => other.language !== language)
      await store.putTemplate({
        ...template,
        isDefault: template.isDefault || !others.some(({ isDefault }) => isDefault),
      })
    },
    async deleteTemplate(integrationId, name, language) {
      const [first, second] = shelf().languagesOf(integrationId, name)
      // Before, not after: whatever happens in between, the name has a default.
      if (second && first?.language === language) await store.putTemplate({ ...second, isDefault: true })
      await store.deleteTemplate(integrationId, name, language)
    },
  }
}
