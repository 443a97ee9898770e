import type { TemplateView } from '@waypost/protocol'
import type { App } from '../../core/app.ts'
import type { Integration } from '../../core/integration.ts'
import { type FoundTemplates, TemplatesUnreachable } from '../../core/supplier.ts'
import { syncTemplates } from '../../core/sync-templates.ts'
import type { Template } from '../../core/template.ts'
import type { Handlers } from './contract.ts'
import type { InTurn } from './in-turn.ts'
import { integrationOf } from './integrations.ts'
import { listOf, pageByName } from './page.ts'
import { flawed, notFound, Problem } from './problem.ts'
import { readTemplate } from './read-template.ts'

type Needs = Pick<App, 'directory' | 'supplierOf'>

/** How long the supplier may take for its whole list. */
const syncWithinMs = 30_000

export function templateHandlers(
  app: Needs,
  change: InTurn,
): Pick<Handlers, 'listTemplates' | 'getTemplate' | 'putTemplate' | 'deleteTemplate' | 'syncTemplates'> {
  const { directory } = app

  /** Those of a name, the language that was asked for first. */
  function languagesOf(
    { id, name }: { id: string; name: string },
    language: string | undefined,
  ): [Template, ...Template[]] {
    const all = directory.templatesOf(integrationOf(app, id).id).filter((each) => each.name === name)
    const first = language === undefined ? all[0] : all.find((each) => each.language === language)
    if (!first) throw notFound('such template')
    return [first, ...all.filter((each) => each !== first)]
  }

  return {
    async listTemplates({ params, query }) {
      const templates = directory.templatesOf(integrationOf(app, params.id).id)
      return listOf(
        pageByName(templates, ({ name, language }) => `${name} ${language}`, query),
        viewOf,
      )
    },

    async getTemplate({ params, query }) {
      const [template, ...others] = languagesOf(params, query.language)
      return { ...viewOf(template), otherLanguages: others.map(viewOf) }
    },

    putTemplate: ({ params: { id, name }, query, body }) =>
      change(async () => {
        const { id: integrationId } = integrationOf(app, id)
        const known = (language: string) =>
          directory
            .templatesOf(integrationId)
            .find((each) => each.name === name && each.language === language)
        const template = readTemplate(body, {
          integrationId,
          source: 'api',
          name,
          language: query.language,
          isDefault: ({ language }) => query.language === undefined || known(language)?.isDefault === true,
        })
        if (Array.isArray(template)) throw flawed(template)
        await directory.putTemplate(template)
        return viewOf(known(template.language) ?? template)
      }),

    deleteTemplate: ({ params, query }) =>
      change(async () => {
        const [{ integrationId, name }] = languagesOf(params, query.language)
        await directory.deleteTemplate(integrationId, name, query.language)
        return undefined
      }),

    async syncTemplates({ params }) {
      const integration = integrationOf(app, params.id)
      // Outside the turn: others need not wait until the supplier has answered.
      const { templates, skipped } = await templatesAt(app, integration)
      return change(async () => {
        if (integrationOf(app, params.id) !== integration)
          throw new Problem(409, 'The integration was changed while its supplier was asked: try again.')
        return { ...(await syncTemplates(directory, integration.id, templates)), skipped }
      })
    },
  }
}

async function templatesAt(app: Needs, integration: Integration): Promise<FoundTemplates> {
  const supplier = integration.whatsapp && app.supplierOf(integration, 'whatsapp')
  if (!supplier?.templates) {
    const path = integration.whatsapp ? 'whatsapp.businessAccountId' : 'whatsapp'
    throw new Problem(409, 'There is no list of templates to ask for.', {
      flaws: [{ path, message: 'is missing' }],
    })
  }
  try {
    return await supplier.templates(AbortSignal.timeout(syncWithinMs))
  } catch (error) {
    if (!(error instanceof TemplatesUnreachable)) throw error
    throw new Problem(502, `${error.message} Nothing was changed.`)
  }
}

const viewOf = ({ integrationId: _, ...template }: Template): TemplateView => template
