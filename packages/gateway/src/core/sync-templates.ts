import { isDeepStrictEqual } from 'node:util'
import type { Catalogue } from './catalogue.ts'
import type { FoundTemplate, Template } from './template.ts'

/** How many of each. */
export interface Synced {
  added: number
  changed: number
  unchanged: number
  removed: number
}

/**
 * Brings an integration's catalogue to what its supplier has. Interrupted, it has done a part of it, and the next one
 * does the rest. What somebody put stays theirs: its content follows the supplier, and it goes only when they say so.
 */
export async function syncTemplates(
  catalogue: Catalogue,
  integrationId: string,
  found: FoundTemplate[],
): Promise<Synced> {
  const known = new Map(catalogue.templatesOf(integrationId).map((template) => [keyOf(template), template]))
  const theirs = new Map<string, FoundTemplate>()
  // Of a name the first language becomes the default: one that can be sent, if there is any.
  for (const template of found.toSorted(bySending))
    if (!theirs.has(keyOf(template))) theirs.set(keyOf(template), template)

  const counts: Synced = { added: 0, changed: 0, unchanged: 0, removed: 0 }
  const puts: Template[] = []
  for (const [key, template] of theirs) {
    const { isDefault = false, source = 'sync' } = known.get(key) ?? {}
    const put: Template = { ...template, integrationId, isDefault, source }
    const change = changeTo(known.get(key), put)
    counts[change]++
    if (change !== 'unchanged') puts.push(put)
  }
  const gone = [...known.values()].filter((each) => each.source === 'sync' && !theirs.has(keyOf(each)))
  counts.removed = gone.length

  await writeTemplates(catalogue, { puts, gone })
  return counts
}

/** Puts first: a default that goes has then been taken over by what the name keeps. */
export async function writeTemplates(
  catalogue: Pick<Catalogue, 'putTemplate' | 'deleteTemplate'>,
  { puts, gone }: { puts: Template[]; gone: Template[] },
): Promise<void> {
  await nameByName(puts, (template) => catalogue.putTemplate(template))
  await nameByName(gone, ({ integrationId, name, language }) =>
    catalogue.deleteTemplate(integrationId, name, language),
  )
}

/** Those of one name one after the other, since one of them is its default; the rest side by side, to share commits. */
async function nameByName(
  templates: Template[],
  write: (template: Template) => Promise<void>,
): Promise<void> {
  const names = Map.groupBy(templates, ({ integrationId, name }) => `${integrationId} ${name}`)
  await Promise.all(
    [...names.values()].map(async (own) => {
      for (const template of own) await write(template)
    }),
  )
}

function changeTo(known: Template | undefined, put: Template): 'added' | 'changed' | 'unchanged' {
  if (!known) return 'added'
  return isDeepStrictEqual(known, put) ? 'unchanged' : 'changed'
}

const keyOf = ({ name, language }: { name: string; language: string }) => `${name} ${language}`

function bySending(a: FoundTemplate, b: FoundTemplate): number {
  const rank = ({ status }: FoundTemplate) => (status === 'approved' ? 0 : 1)
  return rank(a) - rank(b) || (keyOf(a) < keyOf(b) ? -1 : 1)
}
