import { isDeepStrictEqual } from 'node:util'
import type { Catalogue } from '../../core/catalogue.ts'
import type { Template } from '../../core/template.ts'
import { type Flaw, within } from './flaws.ts'
import { readTemplate } from './read-template.ts'

/** What a provisioning file changes in the catalogue. */
export interface PlannedTemplates {
  puts: Template[]
  /** Those that an earlier version of the file brought, and this one does not have. */
  gone: Template[]
}

/** The file's lists of templates, by integration; `isKnown` tells which of those there are once it is applied. */
export function readPlannedTemplates(
  catalogue: Pick<Catalogue, 'templatesOf'>,
  lists: Record<string, unknown>,
  isKnown: (integrationId: string) => boolean,
): PlannedTemplates | Flaw[] {
  const flaws: Flaw[] = []
  const planned: PlannedTemplates = { puts: [], gone: [] }
  for (const [integrationId, list] of Object.entries(lists)) {
    const path = `templates.${integrationId}`
    if (!isKnown(integrationId)) flaws.push({ path, message: 'is of no integration' })
    const read = Array.isArray(list)
      ? readList(integrationId, list)
      : [{ path: '', message: 'must be a list' }]
    if (Array.isArray(read)) {
      flaws.push(...within(path, read))
      continue
    }
    const known = new Map(catalogue.templatesOf(integrationId).map((template) => [keyOf(template), template]))
    const changed = [...read].filter(([key, template]) => !isDeepStrictEqual(template, known.get(key)))
    planned.puts.push(...changed.map(([, template]) => template))
    // As with keys: what others brought stays.
    planned.gone.push(
      ...[...known.values()].filter((each) => each.source === 'file' && !read.has(keyOf(each))),
    )
  }
  return flaws.length > 0 ? flaws : planned
}

const keyOf = ({ name, language }: { name: string; language: string }) => `${name} ${language}`

/** By name and language. Of a name the first is the default one, unless another says that it is. */
function readList(integrationId: string, list: unknown[]): Map<string, Template> | Flaw[] {
  const flaws: Flaw[] = []
  const read = new Map<string, Template>()
  const defaults = new Map<string, Template>()
  for (const [i, sent] of list.entries()) {
    const template = readTemplate(sent, { integrationId, source: 'file', isDefault: () => false })
    if (Array.isArray(template)) {
      flaws.push(...within(`[${i}]`, template))
      continue
    }
    const { name, isDefault } = template
    if (read.has(keyOf(template))) flaws.push({ path: `[${i}]`, message: 'is there twice' })
    if (isDefault && defaults.get(name)?.isDefault)
      flaws.push({ path: `[${i}].isDefault`, message: 'is true of two languages of one name' })
    read.set(keyOf(template), template)
    if (isDefault || !defaults.has(name)) defaults.set(name, template)
  }
  for (const [key, template] of read)
    read.set(key, { ...template, isDefault: defaults.get(template.name) === template })
  return flaws.length > 0 ? flaws : read
}
