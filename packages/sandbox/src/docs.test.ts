import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { faultKinds } from './faults/fault.ts'
import { aimedNumbers } from './faults/numbers.ts'
import { graphErrors } from './graph/errors.ts'
import { messageTypes } from './graph/message-types.ts'
import { mediaKinds } from './media/types.ts'
import { defaultPhone, PhoneSettings } from './phones/phone.ts'
import { samplesOf } from './templates/samples.ts'
import { componentOf, type Template, variablesOf } from './templates/template.ts'
import { open } from './testing.ts'

const page = await readFile(new URL('../../../docs/sandbox.md', import.meta.url), 'utf8')

test('docs/sandbox.md lists exactly the endpoints there are', async (t) => {
  const { routes } = await open(t)
  const documented = page.matchAll(/`((?:GET|POST|PUT|DELETE|PATCH) \/[^`?]*)`/g)
  assert.deepEqual(
    [...new Set(Array.from(documented, ([, route = '']) => route))].toSorted(),
    namesOf(routes),
  )
})

test('docs/sandbox.md lists exactly the settings of a phone, with their defaults', () => {
  const rows = new Map(
    rowsOf('Settings of a phone').map(([setting = '', byDefault = '']) => [setting, byDefault]),
  )
  assert.deepEqual([...rows.keys()].toSorted(), Object.keys(PhoneSettings.properties).toSorted().map(quoted))
  const { msisdn, userId, profileName, ...others } = defaultPhone('27820000001')
  assert.ok(rows.get('`profileName`')?.startsWith(quoted(profileName)))
  for (const [setting, byDefault] of Object.entries(others)) {
    assert.equal(rows.get(quoted(setting)), quoted(JSON.stringify(byDefault)), setting)
  }
})

test('docs/sandbox.md lists exactly the faults that can be armed, and what each has to say', () => {
  const documented = rowsOf('Faults to arm').map(([fault, members]) => [fault, members])
  const known = Object.entries(faultKinds).map(([fault, members]) => [
    quoted(fault),
    members.map(quoted).join(', '),
  ])
  assert.deepEqual(documented, known)
})

test('docs/sandbox.md lists exactly the numbers that have a fault, and which', () => {
  const documented = rowsOf('Numbers with a fault')
  const known = aimedNumbers.map(({ to, what, fault, code, status, ms, first }) => {
    const words = [fault, code ?? status ?? ms].filter((word) => word !== undefined).join(' ')
    return [quoted(to), what, quoted(words) + (first === undefined ? '' : `, ${first}×`)]
  })
  assert.deepEqual(documented, known)
})

test('docs/sandbox.md lists exactly the errors of Graph, with their HTTP status', () => {
  const documented = rowsOf('What Graph answers').map(([code = '', httpStatus = '']) => [code, httpStatus])
  const known = Object.entries(graphErrors).map(([code, { httpStatus }]) => [
    code,
    byStatusOnly.includes(code) ? '' : `${httpStatus}`,
  ])
  assert.deepEqual(documented.toSorted(), known.toSorted())
})

test('docs/sandbox.md names exactly the types of messages that Graph takes', () => {
  const [, named = ''] = /the type is none of (.+?) \|/.exec(page) ?? []
  assert.deepEqual(
    Array.from(named.matchAll(/`(\w+)`/g), ([, type]) => type),
    Object.keys(messageTypes),
  )
})

test('docs/sandbox.md lists exactly the templates an account begins with', () => {
  const documented = rowsOf('Templates').map((cells) => cells.map((cell) => cell.replaceAll('`', '')))
  assert.deepEqual(documented, samplesOf('waba-1').map(rowOf))
})

function rowOf(template: Template): string[] {
  const header = componentOf(template, 'HEADER')
  const text = header?.format === 'TEXT' ? variablesOf(header.text).map(() => ', 1 parameter') : []
  const variables = variablesOf(componentOf(template, 'BODY')?.text ?? '')
  const buttons = componentOf(template, 'BUTTONS')?.buttons ?? []
  const names = { QUICK_REPLY: 'reply', URL: 'url', PHONE_NUMBER: 'dial' }
  return [
    template.name,
    template.status,
    [header?.format.toLowerCase() ?? '', ...text].join(''),
    template.parameter_format === 'NAMED' ? variables.join(', ') : `${variables.length}`,
    buttons
      .map(
        (button) =>
          names[button.type] + ('url' in button && variablesOf(button.url).length > 0 ? ' with ending' : ''),
      )
      .join(', '),
  ]
}

/** What no request is refused with. */
const byStatusOnly = ['131026', '131053']

test('docs/sandbox.md lists exactly the files that Graph takes, and how large', () => {
  const documented = rowsOf('Files').map(([kind, types = '', most]) => [
    kind,
    types.match(/[\w.+-]+\/[\w.+-]+/g),
    most,
  ])
  const known = Object.entries(mediaKinds).map(([kind, { types, mostBytes }]) => [
    quoted(kind),
    Object.keys(types),
    mostBytes < 1024 ** 2 ? `${mostBytes / 1024} KB` : `${mostBytes / 1024 ** 2} MB`,
  ])
  assert.deepEqual(documented, known)
})

/** As the page names them: once, whatever the version, with braces. */
function namesOf(routes: readonly string[]): string[] {
  const names = routes.map((route) => route.replace(/\/:version\([^)]*\)/, '').replaceAll(/:(\w+)/g, '{$1}'))
  return [...new Set(names)].toSorted()
}

/** The cells of the table below a heading. */
function rowsOf(heading: string): string[][] {
  const [, section = ''] = page.split(`## ${heading}\n`)
  const [table = ''] = section.split('\n## ')
  const lines = table.split('\n').filter((line) => line.startsWith('|'))
  assert.ok(lines.length > 2, `There is a table below "${heading}"`)
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

function quoted(text: string): string {
  return `\`${text}\``
}
