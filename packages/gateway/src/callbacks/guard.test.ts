import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, type TestContext, test } from 'node:test'
import { checkUrl, type Guard, guardedAgent, isGlobal, lookupOf, urlCheck } from './guard.ts'

describe('an address', () => {
  const addresses: [kind: string, isGlobal: boolean, ...addresses: string[]][] = [
    [
      'public',
      true,
      '8.8.8.8',
      '172.15.255.255',
      '172.32.0.1',
      '100.128.0.1',
      '192.169.0.1',
      '223.255.255.254',
    ],
    ['public IPv6', true, '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'],
    ['loopback', false, '127.0.0.1', '127.255.255.254', '::1'],
    ['unspecified', false, '0.0.0.0', '0.1.2.3', '::'],
    ['private', false, '10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    ['link-local', false, '169.254.169.254', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
    ['unique local', false, 'fc00::1', 'fd00:ec2::254'],
    ['site-local', false, 'fec0::1'],
    ['carrier-grade NAT', false, '100.64.0.1', '100.127.255.255'],
    ['multicast', false, '224.0.0.1', '239.255.255.255', 'ff02::1'],
    ['broadcast', false, '255.255.255.255'],
    ['reserved', false, '192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1'],
    ['reserved IPv6', false, '2001:db8::1', '3fff::1', '100::1', '5f00::1', '4000::1'],
    ['IPv4 mapped', false, '::ffff:127.0.0.1', '::ffff:a00:1', '::ffff:8.8.8.8'],
    ['IPv4 compatible', false, '::127.0.0.1', '::a00:1'],
    ['IPv4 translated', false, '::ffff:0:127.0.0.1'],
    ['NAT64', false, '64:ff9b::7f00:1', '64:ff9b:1::a00:1', '64:ff9b::8.8.8.8'],
    ['6to4', false, '2002:7f00:1::', '2002:a00:1::1'],
    ['Teredo', false, '2001:0:7f00:1::'],
    ['none at all', false, '', 'localhost', '127.0.0.1:80', '[::1]'],
  ]
  for (const [kind, expected, ...examples] of addresses) {
    test(`that is ${kind} is ${expected ? '' : 'not '}global`, () => {
      for (const address of examples) assert.equal(isGlobal(address), expected, address)
    })
  }
})

describe('a callback URL', () => {
  const urls: [url: string, problem: RegExp | undefined][] = [
    ['https://example.com/hooks?key=1', undefined],
    ['http://example.com:8080', undefined],
    ['HTTPS://EXAMPLE.COM', undefined],
    ['', /not a URL/],
    ['example.com/hooks', /not a URL/],
    ['http://', /not a URL/],
    ['http://[::1', /not a URL/],
    ['http://example.com:99999', /not a URL/],
    ['ftp://example.com', /begin with http/],
    ['file:///etc/passwd', /begin with http/],
    ['javascript:alert(1)', /begin with http/],
    ['https://user:s3cret@example.com', /user name or password/],
    ['https://user@example.com', /user name or password/],
    ['https://:s3cret@example.com', /user name or password/],
  ]
  for (const [url, problem] of urls) {
    test(`${JSON.stringify(url)} ${problem ? 'is refused' : 'is taken'}`, () => {
      const found = checkUrl(url)
      if (problem) assert.match(found ?? '', problem)
      else assert.equal(found, undefined)
      assert.doesNotMatch(found ?? '', /s3cret/)
    })
  }
})

describe('a guarded agent', () => {
  const spellings = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0177.0.0.1',
    '0x7f.0.0.1',
    '0x7f000001',
    '127.0.0.1.',
    '①②⑦.0.0.1',
    '0.0.0.0',
    '0',
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    'localhost',
  ]
  for (const host of spellings) {
    test(`makes no connection to ${host}`, async (t) => {
      const { port, connections } = await listener(t)
      const agent = agentOf(t, { allowPrivate: () => false })
      await assert.rejects(post(agent, `http://${host}:${port}`), { code: 'WAYPOST_FORBIDDEN_ADDRESS' })
      assert.equal(connections(), 0)
    })
  }

  test('makes no connection to any of the private networks', async (t) => {
    const agent = agentOf(t, { allowPrivate: () => false })
    const hosts = [
      '10.0.0.1',
      '172.16.0.1',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '[fd00::1]',
      '[fe80::1]',
    ]
    for (const host of hosts) {
      await assert.rejects(post(agent, `http://${host}`), { code: 'WAYPOST_FORBIDDEN_ADDRESS' }, host)
      await assert.rejects(post(agent, `https://${host}`), { code: 'WAYPOST_FORBIDDEN_ADDRESS' }, host)
    }
  })

  test('makes no connection to a name that leads to a private address', async (t) => {
    const { port, connections } = await listener(t)
    const asked: string[] = []
    const resolve = async (hostname: string) => {
      asked.push(hostname)
      return [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ]
    }
    const agent = agentOf(t, { allowPrivate: () => false, resolve })
    await assert.rejects(post(agent, `http://rebind.example:${port}`), { code: 'WAYPOST_FORBIDDEN_ADDRESS' })
    assert.equal(connections(), 0)
    assert.deepEqual(asked, ['rebind.example'])
  })

  test('connects to private addresses where the operator allows it, by name and by number', async (t) => {
    const { port, connections } = await listener(t)
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    const agent = agentOf(t, { allowPrivate: () => true, resolve })
    assert.equal(await post(agent, `http://127.0.0.1:${port}`), 204)
    assert.equal(await post(agent, `http://inside.example:${port}`), 204)
    assert.equal(connections(), 2)
  })

  test('connects to an allowed origin and to nothing beside it', async (t) => {
    const allowed = await listener(t)
    const other = await listener(t)
    const allowedOrigins = new Set([`http://127.0.0.1:${allowed.port}`])
    const agent = agentOf(t, { allowPrivate: () => false, allowedOrigins })
    assert.equal(await post(agent, `http://127.0.0.1:${allowed.port}`), 204)
    for (const origin of [`http://127.0.0.1:${other.port}`, `https://127.0.0.1:${allowed.port}`]) {
      await assert.rejects(post(agent, origin), { code: 'WAYPOST_FORBIDDEN_ADDRESS' }, origin)
    }
    assert.equal(other.connections(), 0)
  })

  test('resolves a name once for all the connections that wait for it', async (t) => {
    const { port } = await listener(t)
    const answers = Promise.withResolvers<{ address: string; family: number }[]>()
    let asked = 0
    const resolve = () => {
      asked++
      return answers.promise
    }
    const agent = agentOf(t, { allowPrivate: () => true, resolve })
    const posts = Array.from({ length: 5 }, () => post(agent, `http://slow-dns.example:${port}`))
    answers.resolve([{ address: '127.0.0.1', family: 4 }])
    assert.deepEqual(await Promise.all(posts), [204, 204, 204, 204, 204])
    assert.equal(asked, 1)
  })
})

describe('a look-up', () => {
  const mixed = async () => [
    { address: '10.0.0.1', family: 4 },
    { address: '2606:4700:4700::1111', family: 6 },
    { address: '::1', family: 6 },
    { address: '8.8.8.8', family: 4 },
  ]

  test('answers the global addresses of a name that also has private ones', async () => {
    assert.deepEqual(await lookup(mixed, { all: true }), [
      [
        { address: '2606:4700:4700::1111', family: 6 },
        { address: '8.8.8.8', family: 4 },
      ],
    ])
    assert.deepEqual(await lookup(mixed, { all: false }), ['2606:4700:4700::1111', 6])
  })

  test('passes on that a name does not resolve', async () => {
    const error = Object.assign(new Error(), { code: 'ENOTFOUND' })
    await assert.rejects(
      lookup(() => Promise.reject(error), { all: true }),
      error,
    )
  })

  function lookup(resolve: Parameters<typeof lookupOf>[0], options: { all: boolean }): Promise<unknown[]> {
    return new Promise((done, fail) => {
      lookupOf(resolve, isGlobal)('any.example', options, (error, ...answer) => {
        if (error) fail(error)
        else done(answer.filter((value) => value !== undefined))
      })
    })
  }
})

function agentOf(t: TestContext, guard: Guard) {
  const agent = guardedAgent(guard)
  t.after(() => agent.close())
  return agent
}

async function post(agent: ReturnType<typeof guardedAgent>, url: string): Promise<number> {
  const { statusCode, body } = await agent.request({ origin: new URL(url).origin, path: '/', method: 'POST' })
  await body.dump()
  return statusCode
}

/** On every address family that there is, so that a connection by any would be seen. */
async function listener(t: TestContext) {
  let connections = 0
  const server = createServer((_, answer) => answer.writeHead(204).end())
  server.on('connection', () => connections++)
  server.listen(0)
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP server's address is an object with a port.
  const { port } = server.address() as AddressInfo
  return { port, connections: () => connections }
}

describe('a callback URL at configuration time', () => {
  const forbidden = { allowPrivate: () => false }
  const rows: [url: string, whenForbidden: boolean][] = [
    ['https://acme.example/in', true],
    ['http://8.8.8.8/in', true],
    ['http://localhost/in', true], // a name: judged when it is connected to
    ['http://127.0.0.1:8090/in', false],
    ['http://0x7f.1/in', false],
    ['http://[::1]/in', false],
    ['http://169.254.169.254/latest', false],
    ['http://[::ffff:10.0.0.1]/in', false],
  ]
  for (const [url, fine] of rows)
    test(`${url} is ${fine ? 'fine' : 'refused'} where private addresses are not allowed`, () => {
      assert.equal(urlCheck(forbidden)(url) === undefined, fine)
      assert.equal(urlCheck({ allowPrivate: () => true })(url), undefined)
    })

  const allowedOrigins = new Set(['http://127.0.0.1:8090', 'http://[::1]:8090', 'http://10.0.0.1'])
  const besideOrigins: [url: string, problem: RegExp | undefined][] = [
    ['http://127.0.0.1:8090/callbacks/demo', undefined],
    ['http://127.1:8090/callbacks/demo', undefined], // the same address, spelled otherwise
    ['http://[0::1]:8090', undefined],
    ['http://10.0.0.1:80/in', undefined], // the port of the scheme goes without saying
    ['http://127.0.0.1:8091', /private address/],
    ['http://127.0.0.1', /private address/],
    ['https://127.0.0.1:8090', /private address/],
    ['http://127.0.0.2:8090', /private address/],
    ['http://10.0.0.1:8090', /private address/],
    ['http://user@127.0.0.1:8090', /user name or password/],
    ['ftp://127.0.0.1:8090', /begin with http/],
  ]
  for (const [url, problem] of besideOrigins)
    test(`${url} is ${problem ? 'refused' : 'fine'} beside the origins that are allowed`, () => {
      const found = urlCheck({ ...forbidden, allowedOrigins })(url)
      if (problem) assert.match(found ?? '', problem)
      else assert.equal(found, undefined)
    })
})
