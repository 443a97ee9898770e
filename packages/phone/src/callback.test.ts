import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { bodyOf, summaryOf } from './callback.ts'

describe('the summary of a callback', () => {
  const integration = { integrationId: 'a1', integrationName: 'Demo' }
  const cases = [
    {
      of: 'a One API message',
      body: { ...integration, event: { moText: [{ messageId: 'm1', content: 'Hello', timestamp: 1 }] } },
      summary: { generation: 'one', event: 'moText', ...integration, text: 'Hello' },
    },
    {
      of: 'a One API status',
      body: { ...integration, event: { messageStatusUpdate: [{ statusCode: 5, status: 'DEVICE_ACK' }] } },
      summary: {
        generation: 'one',
        event: 'messageStatusUpdate',
        ...integration,
        status: 'DEVICE_ACK',
        statusCode: 5,
      },
    },
    {
      of: 'a legacy message',
      body: { ...integration, content: 'Hello', messageId: 'm1', from: '27', contentType: null },
      summary: { generation: 'legacy', event: 'message', ...integration, text: 'Hello' },
    },
    {
      of: 'a sealed One API message',
      body: { event: { moText: [{ messageId: 'm1', content: 'Yw6A', encryptionKey: 'AQID' }] } },
      summary: { generation: 'one', event: 'moText', sealed: true },
    },
    {
      of: 'a sealed legacy message',
      body: { ...integration, content: 'Yw6A', messageId: 'm1', encryptionKey: 'AQID' },
      summary: { generation: 'legacy', event: 'message', ...integration, sealed: true },
    },
    {
      of: 'a legacy status',
      body: { ...integration, statusCode: 27, status: 'READ', messageId: 'm1' },
      summary: { generation: 'legacy', event: 'status', ...integration, status: 'READ', statusCode: 27 },
    },
    {
      of: 'an event without items',
      body: { event: { moText: [] } },
      summary: { generation: 'one', event: 'moText' },
    },
    { of: 'JSON of another kind', body: { hello: 'world' }, summary: { event: 'POST' } },
    { of: 'no JSON', body: 'hello', summary: { event: 'POST without JSON' } },
    { of: 'JSON that is no object', body: '[1]', summary: { event: 'POST without JSON' } },
  ]
  for (const { of, body, summary } of cases) {
    const callback = { at: 0, method: 'POST', headers: {}, body }
    test(`of ${of} says what counts`, () => assert.deepEqual(summaryOf(callback), summary))
    test(`of ${of} is the same when the receiver kept it as text`, () => {
      const asText = typeof body === 'string' ? body : JSON.stringify(body)
      assert.deepEqual(summaryOf({ ...callback, body: asText }), summary)
    })
  }
})

test('a body that is not JSON stays text', () => {
  assert.equal(bodyOf({ at: 0, method: 'POST', headers: {}, body: 'a=b' }), 'a=b')
})
