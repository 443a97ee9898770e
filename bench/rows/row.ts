import type { Scale } from '../contest.ts'
import type { Finding } from '../report.ts'
import type { Stage } from '../stage.ts'

/** One line of the benchmark: a question, and how it is answered. */
export interface Row {
  title: string
  run(stage: Stage, scale: Scale): Promise<Finding>
}
