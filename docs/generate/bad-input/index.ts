import {
  type Generation,
  legacyError,
  legacyStatus,
  oneError,
  oneStatus,
  type StatusName,
} from '@waypost/protocol'
import { table } from '../table.ts'
import { filesByReference, inlineFiles } from './files.ts'
import { type BadInput, type Refused, subjectIn } from './row.ts'
import { sealedInVain, sealedMessages } from './sealed.ts'
import { hsms, templates } from './templates.ts'
import { contacts, locations, texts } from './texts.ts'
import { uploads } from './uploads.ts'

/** By what the message carries. */
export const badInput: Record<string, BadInput[]> = {
  'A text': texts,
  'A file inside the message': inlineFiles,
  'A file by reference': filesByReference,
  'A location': locations,
  Contacts: contacts,
  'An hsm': hsms,
  'A template': templates,
  'A message that its client sealed': sealedMessages,
  'A message that its client sealed, where the integration has no encryption': sealedInVain,
}

export const badInputTables = (): string =>
  Object.entries(badInput)
    .map(
      ([title, rows]) => `### ${title}\n\n${table(['what comes', 'One API', 'legacy API'], rows.map(rowOf))}`,
    )
    .join('\n\n')

export const badUploadTable = (): string =>
  table(
    ['what comes', 'One API'],
    uploads.map(({ what, gets }) => [what, errorIn('one', gets)]),
  )

const rowOf = ({ what, message, gets }: BadInput): string[] => [
  what,
  ...(['one', 'legacy'] as const).map((generation) => {
    if (!message[generation]) return ''
    return 'status' in gets ? statusIn(generation, gets.status) : errorIn(generation, gets)
  }),
]

function statusIn(generation: Generation, status: StatusName): string {
  const { code } = generation === 'one' ? oneStatus(status) : legacyStatus(status)
  return `202, then status ${code}`
}

function errorIn(generation: Generation, refused: Refused): string {
  const subject = subjectIn(generation, refused)
  if (generation === 'legacy') {
    const { errorCode, error } = legacyError(refused.reason, subject)
    return `${errorCode}${memberIn(error)}`
  }
  const { code, description } = oneError(refused.reason, subject)
  return `${code}${memberIn(description)}`
}

/** The member that the wording names. */
const memberIn = (wording: string) =>
  wording.replace(/^.*: (.*) \.$|^.*$/, (_, name) => (name ? `, naming \`${name}\`` : ''))
