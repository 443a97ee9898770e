import {
  type ErrorCode,
  legacy,
  legacyError,
  legacyErrorCodes,
  one,
  oneError,
  oneErrorCodes,
  type ReasonName,
  reasonNames,
  reasons,
  reservedOneErrorCodes,
} from '@waypost/protocol'
import { badInputTables, badUploadTable } from './bad-input/index.ts'
import { code, json, table } from './table.ts'

export const errorsPage = (): string => `# Errors

Generated from \`packages/protocol\` by \`npm run docs\`.

Every refusal has a **reason**, and each reason has a code in both generations. The wordings below end with a full stop on
the wire. Published answers that differ from their own table: One API 23 has a space before the full stop, legacy 159 says
\`${legacyError('not_on_channel').error}\`.

## One API

${table(['code', 'HTTP', 'level', 'wording', 'reasons', 'legacy'], oneRows())}

## Legacy API

${table(['code', 'HTTP', 'level', 'wording', 'reasons', 'One API'], legacyRows())}

Code 32 refuses the whole request, as its legacy counterpart 105 does. Too many messages refuse the whole request in the One
API, and each message by itself in the legacy API.

A reason without a legacy code is answered with its One API number and HTTP 202; these numbers are no legacy codes.
\`store_unavailable\` is answered with HTTP 503 in both generations: a 202 would promise that something was kept.

## Reasons

${table(['reason', 'One API', 'legacy', 'when'], reasonRows())}

## What an answer looks like

| what happened | One API | legacy API |
| --- | --- | --- |
| every message accepted | 202 | 202 |
| several messages, some or all rejected | 207 | 202 |
| one message, rejected | the error’s HTTP status | 202 |
| the whole request refused | the error’s HTTP status, no \`messages\` | the error’s HTTP status, \`messages\` empty |

The entries are in the order of the request. A message is on stable storage when its acceptance is answered; of a refused
request nothing is kept.

One API, 202:

${json(one.sendMessages.answers[202].examples.accepted.value)}

One API, 207:

${json(one.sendMessages.answers[207].examples.mixed.value)}

One API, a single message rejected, HTTP 400:

${json(one.sendMessages.answers[400].examples.rejected.value)}

One API, the whole request refused, HTTP 400:

${json(one.sendMessages.answers[400].examples.refused.value)}

Legacy API, 202:

${json(legacy.sendMessages.answers[202].examples.mixed.value)}

Legacy API, the whole request refused, HTTP 401:

${json(legacy.sendMessages.answers[401].examples.refused.value)}

## How unusual input is answered

${table(['what comes', 'One API', 'legacy API'], unusual.map(unusualRow))}

- Of a key that comes twice in one object, the last one counts, as in \`JSON.parse\`, however long its values are.
- Members of a request or of a message that are not known are ignored. Inside the objects of a message (\`media\`,
  \`location\`, \`template\` and the like) they are refused by name, and so is a member that belongs to another kind of message.
- \`null\` counts as left out, and so does an empty text inside a contact.
- A body that has 64 KiB or comes in chunks may be 64 levels deep, and have 32,768 members and entries of lists (16 for
  each message that \`WAYPOST_MAX_MESSAGES\` allows, if that is more) and 8 MiB; of a long string, its first 64 KiB count.
  Where it has too many messages, that is the answer.
- An answer repeats at most 256 characters of \`to\` and of \`clientMessageId\`.
- The order of checks: key, address, integration, account, body, number of messages, then each message by itself.
- After a body that is too big, too slow or not HTTP, the connection is closed.

## How wrong messages are answered

Each line is one message that is wrong in one way. An error is answered at once, and concerns that message alone: its
neighbours go out. \`202, then status …\` is accepted, and ends in that status without being sent. An empty cell: that
generation has no such message.

${badInputTables()}

### An upload

${badUploadTable()}
`

const unusual: [string, ReasonName, string?][] = [
  ['no key, an unknown or a revoked one', 'api_key_invalid'],
  ['a body that is empty, not JSON or nested without end', 'payload_malformed'],
  ['invalid UTF-8', 'payload_malformed'],
  ['a content type other than JSON', 'payload_malformed'],
  ['a body that does not arrive in time', 'payload_malformed'],
  ['no `messages`, or an empty list', 'payload_malformed'],
  ['an entry that is no object', 'parameter_invalid'],
  ['a body over 30 MB', 'payload_too_big'],
  ['more messages than allowed', 'too_many_messages'],
  ['a long body with too much in it, see below', 'payload_malformed'],
  ['a member of the wrong type', 'parameter_invalid', 'channel'],
  ['a member that is not carried yet, such as `userDataHeader`', 'parameter_invalid'],
  ['two kinds of content in one message', 'parameter_invalid'],
  ['a `to` that is no text', 'recipient_invalid'],
  ['more than 4096 characters of text, be it 30 MB', 'content_too_long'],
  ['more than 10,000 characters in another member', 'parameter_invalid'],
  ['no `to`', 'recipient_missing'],
  ['no `content`, an empty one, or one that is no text', 'content_empty'],
  ['an unknown path', 'resource_unknown'],
  ['a known path with another method', 'method_not_supported'],
  ['an `Idempotency-Key` that was used with another body', 'idempotency_conflict'],
  ['a full disk, a database or a bucket that cannot be reached', 'store_unavailable'],
  ['anything else that goes wrong inside', 'internal_error'],
]

function unusualRow([what, reason, subject]: (typeof unusual)[number]): string[] {
  const [now, then] = [oneError(reason, subject), legacyError(reason, subject)]
  const each = (level: string) => (level === 'message' ? ', for the message' : '')
  return [
    what,
    `${now.code}, HTTP ${now.httpStatus}${each(now.level)}`,
    `${then.errorCode}, HTTP ${then.httpStatus}${each(then.level)}`,
  ]
}

function oneRows() {
  const reserved = reservedOneErrorCodes.map((number) => [number, '', '', 'reserved', '', ''])
  const rows = Object.entries(oneErrorCodes).map(([number, row]) => {
    const names = reasonNames.filter((name) => reasons[name].one === Number(number))
    return [...published(Number(number), row), code(names), legacyOf(names)]
  })
  return [...rows, ...reserved].sort(([a], [b]) => Number(a) - Number(b))
}

function legacyRows() {
  return Object.entries(legacyErrorCodes).map(([number, row]) => {
    const names = reasonNames.filter((name) => legacyCodeOf(name) === Number(number))
    return [...published(Number(number), row), code(names), oneOf(names)]
  })
}

const reasonRows = () =>
  reasonNames.map((name) => [`\`${name}\``, reasons[name].one, legacyCodeOf(name), reasons[name].means])

function published(number: number, { httpStatus, level, wording, since }: ErrorCode): (string | number)[] {
  const levels = level === 'both' ? 'global, message' : level
  return [number, httpStatus, levels, since ? `${wording} (later addition, not used)` : wording]
}

function legacyCodeOf(name: ReasonName): number | undefined {
  const reason = reasons[name]
  return 'legacy' in reason ? reason.legacy : undefined
}

const list = (numbers: (number | undefined)[]) =>
  [...new Set(numbers)]
    .filter((number) => number !== undefined)
    .sort((a, b) => a - b)
    .join(', ')
const legacyOf = (names: ReasonName[]) => list(names.map(legacyCodeOf))
const oneOf = (names: ReasonName[]) => list(names.map((name) => reasons[name].one))
