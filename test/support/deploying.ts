import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'

export const root = join(import.meta.dirname, '../..')
export const read = (path: string): string => readFileSync(join(root, path), 'utf8')

export interface ComposeService {
  image: string
  command?: string[]
  build?: string
  environment?: Record<string, string>
  healthcheck?: { test: string[] }
  read_only?: boolean
  cap_drop?: string[]
  stop_grace_period?: string
  depends_on?: unknown
}

export interface Compose {
  services: Record<string, ComposeService>
  configs: Record<string, { content: string }>
  networks: Record<string, { ipam: { config: { subnet: string }[] } }>
}

export const compose = (): Compose => parse(read('deploy/compose.yaml')) // the Compose specification

interface Probe {
  httpGet: { path: string; port: string }
}

export interface Container {
  image: string
  args: string[]
  envFrom: Partial<Record<'configMapRef' | 'secretRef', { name: string }>>[]
  ports: { name: string; containerPort: number }[]
  startupProbe: Probe
  livenessProbe: Probe
  readinessProbe: Probe
  lifecycle: { preStop: { sleep: { seconds: number } } }
  securityContext: Record<string, unknown>
}

/** Of an object of Kubernetes what the tests look at; each kind has its own part of it. */
export interface Kubernetes {
  kind: string
  metadata: { name: string }
  data?: Record<string, string>
  stringData?: Record<string, string>
  spec?: {
    selector: Record<string, unknown>
    ports: { targetPort: string }[]
    template: {
      metadata: { labels: Record<string, string> }
      spec: {
        enableServiceLinks?: boolean
        terminationGracePeriodSeconds: number
        securityContext: Record<string, unknown>
        containers: Container[]
      }
    }
  }
}

/** The objects of our files, as they stand there. */
export function kubernetesFiles(): Kubernetes[] {
  return globSync('deploy/kubernetes/**/*.yaml', { cwd: root })
    .filter((path) => !path.endsWith('kustomization.yaml'))
    .map((path) => parse(read(path)))
}

/** What an overlay renders to. */
export function rendered(overlay: string): Kubernetes[] {
  const path = join(root, 'deploy/kubernetes', overlay)
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path], { encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout.split(/^---$/m).map((text) => parse(text))
}

/** Directives of a unit file by section; what stands there twice counts twice. */
export function unitOf(text: string): Record<string, Record<string, string[]>> {
  const unit: Record<string, Record<string, string[]>> = {}
  let section: Record<string, string[]> = {}
  for (const line of text.split('\n').filter((found) => found !== '' && !found.startsWith('#'))) {
    const name = /^\[(\w+)\]$/.exec(line)?.[1]
    if (name) section = unit[name] = {}
    else {
      const at = line.indexOf('=')
      section[line.slice(0, at)] = [...(section[line.slice(0, at)] ?? []), line.slice(at + 1)]
    }
  }
  return unit
}

/** Whether a program is on the path of this machine. */
export function isThere(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}
