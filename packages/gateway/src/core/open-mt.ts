import { KeyObject } from 'node:crypto'
import {
  type Content,
  changeLeaves,
  checkContent,
  isFlaw,
  leavesIn,
  type StatusName,
} from '@waypost/protocol'
import { dataKey, notOpened, type Opening } from './data-key.ts'
import type { Directory } from './directory.ts'
import { openText, Unopenable } from './envelope.ts'
import type { Mt, NotSent } from './message.ts'
import { templateFlaw } from './template.ts'
import { turns } from './turns.ts'
import { isUnreadable } from './unreadable.ts'

export interface OpeningMt extends Opening {
  directory: Pick<Directory, 'integration' | 'template'>
}

/**
 * A message as its client wrote it before sealing it, or the outcome of one that cannot be opened or that says what it may
 * not. It is for the supplier alone: nothing clear is stored or logged.
 */
export async function openMt(app: OpeningMt, mt: Mt): Promise<Mt | NotSent> {
  if (isUnreadable(mt.content)) return notOpened('encryption_content_error')
  const { encryptionKey, ...opened } = mt
  if (encryptionKey === undefined) return mt
  const key = await dataKey(app, { integrationId: mt.integrationId, encryptionKey })
  if (!(key instanceof KeyObject)) return key
  const clear = await clearContent(mt.content, key)
  if (!clear) return notOpened('encryption_content_error')
  const content = checkContent(clear)
  if (isFlaw(content)) return notOpened('failed_before_supplier')
  const flaw = valuesFlaw(app, mt, content)
  return flaw ? notOpened(flaw) : { ...opened, content }
}

/** Opening more texts than these holds others up: between two such messages they are served. */
const mostTexts = 50
const opening = turns(1)

/** All of it is opened before anybody learns that some of it could not be: which part it was, nobody can tell. */
async function clearContent(content: Content, key: KeyObject): Promise<Content | undefined> {
  if (leavesIn(content) > mostTexts) setImmediate(await opening.take())
  let isWhole = true
  const clear = changeLeaves(content, (leaf) => {
    try {
      return openText(key, leaf)
    } catch (error) {
      if (!(error instanceof Unopenable)) throw error
      isWhole = false
      return ''
    }
  })
  return isWhole ? clear : undefined
}

/** What acceptance asks of a template's values where they are clear. Its file it has seen by then. */
function valuesFlaw(
  { directory }: OpeningMt,
  { integrationId }: Mt,
  content: Content,
): StatusName | undefined {
  if (content.type !== 'template') return undefined
  const { template } = content
  const policy = directory.integration(integrationId)?.whatsapp?.templatePolicy ?? 'strict'
  return templateFlaw(directory.template(integrationId, template.templateName), template, policy)
}
