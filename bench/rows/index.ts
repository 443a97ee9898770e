import { acceptHundreds, acceptOne, acceptWhileSending } from './accept.ts'
import { callbacksSustained, deadEndpoint } from './callbacks.ts'
import { claims } from './claims.ts'
import { endToEnd } from './end-to-end.ts'
import { inlineFiles, sealedFiles, uploads } from './files.ts'
import { growthOnPostgres } from './growth.ts'
import { lifeOfMessage } from './life.ts'
import { oneAndTwoNodes } from './nodes.ts'
import { acceptOnPostgres } from './postgres.ts'
import type { Row } from './row.ts'
import { sealedMessages } from './sealed.ts'
import { acceptWithBacklog, memoryOfBacklog } from './waiting.ts'

/** Every row, by the letter that `--row` and `docs/benchmarks.md` call it. */
export const rows: Record<string, Row> = {
  a: acceptOne,
  b: acceptHundreds,
  c: acceptWhileSending,
  d: acceptWithBacklog,
  e: memoryOfBacklog,
  f: endToEnd,
  g: inlineFiles,
  h: uploads,
  i: callbacksSustained,
  j: deadEndpoint,
  k: sealedMessages,
  l: sealedFiles,
  m: acceptOnPostgres,
  n: claims,
  o: lifeOfMessage,
  p: growthOnPostgres,
  q: oneAndTwoNodes,
}
