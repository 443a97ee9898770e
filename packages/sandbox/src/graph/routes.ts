import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import type { Business, Businesses } from '../businesses.ts'
import type { Events } from '../events.ts'
import { answerInWay } from '../faults/answer.ts'
import type { Faults } from '../faults/faults.ts'
import type { MediaStore } from '../media/media.ts'
import { refusalOf } from '../problem.ts'
import type { Templates } from '../templates/templates.ts'
import { turns } from '../turn.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import { envelopeOf, GraphError } from './errors.ts'
import { graphId } from './graph-id.ts'
import { openMediaNode, type Uploading, upload } from './media.ts'
import { configure, describe } from './phone-number.ts'
import { type Needs as SendNeeds, takeMessage } from './send-message.ts'
import { createTemplate, deleteTemplates, type ListQuery, listTemplates } from './templates.ts'

export interface Needs extends SendNeeds, Uploading {
  businesses: Businesses
  webhooks: Webhooks
  faults: Pick<Faults, 'take' | 'takeUpload'>
  media: MediaStore
  templates: Templates
  events: Pick<Events, 'requestFailed'>
  now(): number
  newId(): string
}

interface Named {
  Params: { phoneNumberId: string }
}
interface OfNode {
  Params: { id: string }
  Querystring: { phone_number_id?: string }
}
interface OfAccount {
  Params: { businessAccountId: string }
}
interface OfMedia {
  Params: { mediaId: string }
  Querystring: { phone_number_id?: string; ext?: string; hash?: string }
}

/** Meta's Graph API, below `/graph` with and without a version. */
export async function graphRoutes(app: FastifyInstance, needs: Needs): Promise<void> {
  const endOfTurn = turns()
  const mediaNode = openMediaNode(needs.media, needs.now)
  await app.register(fastifyStatic, { root: needs.media.folder, serve: false })
  // A form is read by its route, as it comes.
  app.addContentTypeParser('multipart/form-data', (_request, _payload, done) => done(null))

  app.addHook('onRequest', async ({ headers: { authorization } }) => {
    if (!/^bearer +\S/i.test(authorization ?? '')) throw new GraphError(190, 'An access token is required.')
  })

  app.setErrorHandler((error, request, reply) => {
    const fault = faultOf(error)
    if (fault.code === 131000) {
      needs.events.requestFailed({ method: request.method, route: request.routeOptions.url, error })
    }
    return reply.code(fault.httpStatus).send(envelopeOf(fault, needs.newId()))
  })
  app.setNotFoundHandler((request) => {
    throw new GraphError(2500, `Unknown path components: ${request.method} ${request.url}`)
  })

  const businessOf = (phoneNumberId: string): Business => {
    const business = needs.businesses.get(phoneNumberId)
    if (!business)
      throw new GraphError(100, `Unsupported request. Object with ID '${phoneNumberId}' does not exist.`)
    return business
  }

  /** Those are accounts that would be numbers too. */
  const accountOf = ({ businessAccountId }: OfAccount['Params']) =>
    businessOf(businessAccountId).phoneNumberId

  for (const version of ['', '/:version(^v\\d{1,3}\\.\\d{1,2}$)']) {
    app.post<Named>(`${version}/:phoneNumberId/messages`, async (request, reply) => {
      const { answer, way } = takeMessage(needs, businessOf(request.params.phoneNumberId), request.body)
      if (way) return answerInWay(way, reply, answer)
      await endOfTurn()
      return answer
    })
    app.post<Named>(`${version}/:phoneNumberId/media`, async ({ params, raw }) =>
      upload(needs, businessOf(params.phoneNumberId), raw),
    )
    const account = `${version}/:businessAccountId/message_templates`
    app.get<OfAccount & { Querystring: ListQuery }>(account, async ({ params, query, url, protocol, host }) =>
      listTemplates(needs.templates, accountOf(params), {
        query,
        url: new URL(url, `${protocol}://${host}`),
      }),
    )
    app.post<OfAccount>(account, async ({ params, body }) =>
      createTemplate(needs.templates, accountOf(params), { body, id: graphId(needs.newId()) }),
    )
    app.delete<OfAccount & { Querystring: { name?: string; hsm_id?: string } }>(
      account,
      async ({ params, query }) => deleteTemplates(needs.templates, accountOf(params), query),
    )
    app.get<OfNode>(`${version}/:id`, async (request) => {
      const { id } = request.params
      const { phone_number_id: phoneNumberId } = request.query
      // Any other id with digits is a phone number's.
      const isMedia = phoneNumberId !== undefined || needs.media.knew(id)
      if (!isMedia) return describe(businessOf(id))
      return mediaNode.describe(id, phoneNumberId, `${request.protocol}://${request.host}/graph`)
    })
    app.post<Named>(`${version}/:phoneNumberId`, async ({ params, body }) =>
      configure(needs.webhooks, businessOf(params.phoneNumberId), body),
    )
    app.delete<OfMedia>(`${version}/:mediaId`, async ({ params, query }) =>
      mediaNode.delete(params.mediaId, query.phone_number_id),
    )
  }

  app.get<OfMedia>('/media/:mediaId', async ({ params, query }, reply) => {
    const media = mediaNode.at(params.mediaId, query)
    if (!media) throw new GraphError(2500, 'This URL has expired: ask the media for another.')
    return reply.type(media.mimeType).sendFile(media.id, { contentType: false, cacheControl: false })
  })
}

function faultOf(error: unknown): GraphError {
  if (error instanceof GraphError) return error
  const refusal = refusalOf(error)
  return refusal
    ? new GraphError(100, refusal.message)
    : new GraphError(131000, 'The sandbox failed; its log says why.')
}
