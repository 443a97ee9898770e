import { matchesGlob } from 'node:path'

/** One instruction of a Dockerfile, such as `COPY` and what follows it. */
export interface Instruction {
  name: string
  rest: string
}

/** What lies between one FROM and the next. */
export interface Stage {
  name: string | undefined
  /** An image, or an earlier stage. */
  from: string
  instructions: Instruction[]
}

/** As much of the language as our Dockerfile uses. */
export function stagesOf(dockerfile: string): Stage[] {
  const stages: Stage[] = []
  const lines = dockerfile
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, '')
    .split('\n')
  for (const line of lines.filter((text) => text.trim() !== '')) {
    const [name = '', rest = ''] = splitOnce(line)
    if (name === 'FROM') {
      const [from = '', , stage] = rest.split(' ')
      stages.push({ name: stage, from, instructions: [] })
    } else stages.at(-1)?.instructions.push({ name, rest })
  }
  return stages
}

/** What one COPY takes, from which stage (the repository when undefined), and where it puts it. */
export function copyOf({ rest }: Instruction): { stage: string | undefined; sources: string[]; to: string } {
  const words = rest.split(' ')
  const stage = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined
  const to = words.pop() ?? ''
  return { stage, sources: words, to }
}

/** The last of its kind, since a later one takes the place of an earlier one. */
export function lastOf(stage: Stage, name: string): string | undefined {
  return stage.instructions.findLast((instruction) => instruction.name === name)?.rest
}

/** The environment that a stage sets. */
export function environmentOf(stage: Stage): Record<string, string> {
  return Object.fromEntries(
    stage.instructions
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ rest }) => rest.split(' '))
      .map((pair) => pair.split('=', 2) as [string, string]), // each is NAME=value
  )
}

/** Whether a `.dockerignore` keeps a path out: of the patterns that match, the last one decides. */
export function isKeptOut(ignore: string, path: string): boolean {
  const patterns = ignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const decisive = patterns.findLast((line) => {
    const pattern = line.replace(/^!/, '')
    return pattern === '*' || matchesGlob(path, pattern) || matchesGlob(path, `${pattern}/**`)
  })
  return decisive !== undefined && !decisive.startsWith('!')
}

function splitOnce(line: string): string[] {
  const at = line.indexOf(' ')
  return [line.slice(0, at), line.slice(at + 1).trim()]
}
