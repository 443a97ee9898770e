import type { DatabaseSync } from 'node:sqlite'
import type { Template } from '../../../core/template.ts'
import { statement } from '../statement.ts'

const upsertTemplate = `
  INSERT INTO templates (integration_id, name, language, is_default, template) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (integration_id, name, language)
  DO UPDATE SET is_default = excluded.is_default, template = excluded.template`

const clearDefault =
  'UPDATE templates SET is_default = 0 WHERE integration_id = ? AND name = ? AND language <> ? AND is_default = 1'

const deleteLanguage = 'DELETE FROM templates WHERE integration_id = ? AND name = ? AND language = ?'
const deleteName = 'DELETE FROM templates WHERE integration_id = ? AND name = ?'

export interface TemplateWrites {
  putTemplate(now: number, template: Template): void
  deleteTemplate(now: number, integrationId: string, name: string, language?: string): void
}

export function templates(db: DatabaseSync): TemplateWrites {
  const upsert = statement(db, upsertTemplate)
  const clear = statement(db, clearDefault)
  const dropLanguage = statement(db, deleteLanguage)
  const dropName = statement(db, deleteName)
  return {
    putTemplate(_now, template) {
      const { integrationId, name, language, isDefault } = template
      upsert.run(integrationId, name, language, isDefault ? 1 : 0, JSON.stringify(template))
      if (isDefault) clear.run(integrationId, name, language)
    },
    deleteTemplate(_now, integrationId, name, language) {
      if (language === undefined) dropName.run(integrationId, name)
      else dropLanguage.run(integrationId, name, language)
    },
  }
}
