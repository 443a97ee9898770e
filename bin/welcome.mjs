import { styleText } from 'node:util'

/** What `npm start` prints when everything is up: where things are, and lines that put something on the phone. */
export function welcome({ version, gatewayUrl, sandboxUrl, adminToken, demo }) {
  const addresses = [
    ['Gateway', gatewayUrl],
    ['API reference', `${gatewayUrl}/docs`],
    ['Admin token', adminToken],
    ...(sandboxUrl ? [['Phone', `${sandboxUrl}/?number=27999000001`]] : []),
  ]
  const blocks = [
    [bold(`Waypost ${version} is running. Ctrl-C stops it.`)],
    addresses.map(([what, where]) => row(what, where)),
    ...demo.map(({ name, from, key, received }) => [
      bold(name),
      row('API key', key),
      row('Sends from', from),
      row('Is called back at', received),
    ]),
    ...(demo.length > 0
      ? examples.map(({ what, says }) => [bold(what), curl(gatewayUrl, demo[0].key, says)])
      : []),
  ]
  return `\n${blocks.map((lines) => lines.map((line) => `  ${line}\n`).join('')).join('\n')}`
}

const examples = [
  { what: 'Send a text to the phone', says: { content: 'Hello from Waypost' } },
  {
    what: 'Or a template',
    says: { template: { templateName: 'welcome_notification_demo', body: { parameters: { 1: 'Thandi' } } } },
  },
]

function curl(gatewayUrl, key, says) {
  const body = { messages: [{ channel: 'whatsapp', to: '27999000001', ...says }] }
  return `curl ${gatewayUrl}/v1/message -H 'Authorization: ${key}' -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`
}

function row(what, value) {
  return `${styleText('dim', what.padEnd(17))} ${value}`
}

function bold(text) {
  return styleText('bold', text)
}
