import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { open, sendAndShow, sendRefused } from '../../testing.ts'

const name = { formatted_name: 'John Smith', first_name: 'John' }

describe('contacts', () => {
  test('are on the phone with all their details', async (t) => {
    const sandbox = await open(t)
    const address = {
      street: '1 Main Road',
      city: 'Cape Town',
      state: 'WC',
      zip: '8001',
      country: 'South Africa',
    }
    const contact = {
      birthday: '2021-12-31',
      emails: [{ email: 'john@acme.example', type: 'WORK' }],
      org: { company: 'Acme', department: 'Design', title: 'Manager' },
      urls: [{ url: 'https://acme.example', type: 'WORK' }],
    }
    const full = {
      ...contact,
      name: { ...name, last_name: 'Smith', middle_name: 'X.', prefix: 'Dr', suffix: 'Jr' },
      addresses: [{ ...address, country_code: 'za', type: 'HOME' }],
      phones: [
        { phone: '+27 82 000 0009', type: 'CELL', wa_id: '27820000009' },
        { phone: '+27 21 555 0001' },
      ],
    }
    const shown = await sendAndShow(sandbox, { type: 'contacts', contacts: [full, { name }] })
    const least = { name: { formattedName: 'John Smith', firstName: 'John' } }
    assert.deepEqual(shown, {
      kind: 'contacts',
      contacts: [
        {
          ...contact,
          name: { ...least.name, lastName: 'Smith', middleName: 'X.', prefix: 'Dr', suffix: 'Jr' },
          addresses: [{ ...address, countryCode: 'za', type: 'HOME' }],
          phones: [
            { phone: '+27 82 000 0009', type: 'CELL', waId: '27820000009' },
            { phone: '+27 21 555 0001' },
          ],
        },
        least,
      ],
    })
  })

  const refused = [
    { when: 'there are none', contacts: [], code: 131008, details: /contacts must not be empty/ },
    { when: 'they are no list', contacts: { name }, code: 100, details: /contacts must be of type array/ },
    {
      when: 'one has no name',
      contacts: [{ name }, {}],
      code: 131008,
      details: /\['1'\]\['name'\] is required/,
    },
    {
      when: 'a name has no formatted name',
      contacts: [{ name: { first_name: 'John' } }],
      code: 131008,
      details: /\['formatted_name'\] is required/,
    },
    {
      when: 'a name is the formatted name only',
      contacts: [{ name: { formatted_name: 'John' } }],
      code: 131008,
      details: /\['0'\]\['name'\] must have one more part/,
    },
    {
      when: 'a birthday is no date',
      contacts: [{ name, birthday: '01.01.1980' }],
      code: 131009,
      details: /\['birthday'\]/,
    },
    {
      when: 'a key is unknown',
      contacts: [{ name, phones: [{ phone: '1', waId: '1' }] }],
      code: 100,
      details: /Unexpected key "waId"/,
    },
    { when: 'there are 258', contacts: Array(258).fill({ name }), code: 100, details: /at most 257/ },
  ]
  for (const { when, contacts, code, details } of refused) {
    test(`are refused with ${code} when ${when}`, async (t) => {
      const error = await sendRefused(await open(t), { type: 'contacts', contacts })
      assert.equal(error.code, code)
      assert.match(error.error_data.details, details)
    })
  }
})
