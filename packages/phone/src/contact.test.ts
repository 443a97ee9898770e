import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { detailsOf, lineOf, namesOf } from './contact.ts'

const name = { formattedName: 'John Smith' }

describe('a contact card', () => {
  test('says everything there is, in the order of an address book', () => {
    const details = detailsOf({
      name: { ...name, firstName: 'John', lastName: 'Smith', prefix: 'Dr' },
      org: { company: 'Acme', title: 'Manager' },
      phones: [{ phone: '+1 650 555 1234', type: 'WORK', waId: '16505551234' }, { phone: '123' }],
      emails: [{ email: 'john@acme.example', type: 'HOME' }],
      addresses: [
        {
          street: '1 Main Road',
          city: 'Bellville',
          state: 'WC',
          zip: '7530',
          country: 'South Africa',
          countryCode: 'za',
        },
        { city: 'Paarl', type: 'OLD' },
      ],
      urls: [{ url: 'https://acme.example/a', type: 'WORK' }, { url: 'acme.example' }],
      birthday: '1980-01-31',
    })
    assert.deepEqual(details, [
      { label: 'Prefix', value: 'Dr' },
      { label: 'First name', value: 'John' },
      { label: 'Last name', value: 'Smith' },
      { label: 'Company', value: 'Acme' },
      { label: 'Title', value: 'Manager' },
      { label: 'Phone (work)', value: '+1 650 555 1234' },
      { label: 'WhatsApp (work)', value: '+16505551234' },
      { label: 'Phone', value: '123' },
      { label: 'E-mail (home)', value: 'john@acme.example' },
      { label: 'Address', value: '1 Main Road\nBellville, WC 7530\nSouth Africa (za)' },
      { label: 'Address (old)', value: 'Paarl' },
      { label: 'Website (work)', value: 'https://acme.example/a', href: 'https://acme.example/a' },
      { label: 'Website', value: 'acme.example', href: 'https://acme.example/' },
      { label: 'Birthday', value: '1980-01-31' },
    ])
  })

  test('links to pages of the web only', () => {
    for (const url of ['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', 'not a url']) {
      assert.deepEqual(detailsOf({ name, urls: [{ url }] }), [{ label: 'Website', value: url }])
    }
  })

  test('is named for the first, and says how many more there are', () => {
    assert.deepEqual(
      [1, 2, 3].map((count) => namesOf(Array(count).fill({ name }))),
      ['John Smith', 'John Smith and 1 other', 'John Smith and 2 others'],
    )
  })

  test('tells people of one name apart by number, company or e-mail', () => {
    const emails = [{ email: 'john@acme.example' }]
    assert.equal(lineOf({ name, emails, phones: [{ phone: '123' }], org: { company: 'Acme' } }), '123')
    assert.equal(lineOf({ name, emails, org: { company: 'Acme' } }), 'Acme')
    assert.equal(lineOf({ name, emails }), 'john@acme.example')
    assert.equal(lineOf({ name }), undefined)
  })
})
