import type { Template } from './template.ts'

/** Templates by integration, then by name; of a name's languages the default is first. */
export interface TemplateShelf {
  languagesOf(integrationId: string, name: string): Template[]
  all(integrationId: string): Template[]
  /** A default one takes that from the other languages of its name. */
  put(template: Template): void
  /** Without a language, all of the name's. */
  remove(integrationId: string, name: string, language?: string): void
  forgetAll(integrationId: string): void
}

export function templateShelf(stored: Template[]): TemplateShelf {
  const known = new Map<string, Map<string, Template[]>>()
  const languagesOf = (integrationId: string, name: string) => known.get(integrationId)?.get(name) ?? []

  function put(template: Template) {
    const { integrationId, name, language, isDefault } = template
    const others = languagesOf(integrationId, name)
      .filter((other) => other.language !== language)
      .map((other) => (isDefault && other.isDefault ? { ...other, isDefault: false } : other))
    const names = known.get(integrationId) ?? new Map<string, Template[]>()
    known.set(integrationId, names.set(name, isDefault ? [template, ...others] : [...others, template]))
  }

  for (const template of stored) put(template)
  return {
    languagesOf,
    all: (integrationId) => [...(known.get(integrationId)?.values() ?? [])].flat(),
    put,
    remove(integrationId, name, language) {
      const others = languagesOf(integrationId, name).filter((other) => other.language !== language)
      if (language !== undefined && others.length > 0) known.get(integrationId)?.set(name, others)
      else known.get(integrationId)?.delete(name)
    },
    forgetAll: (integrationId) => void known.delete(integrationId),
  }
}
