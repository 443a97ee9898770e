import { Type } from 'typebox'
import { endpoint } from '../endpoint.ts'

export const description = endpoint({
  id: 'description',
  surface: 'operations',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  answers: { 200: { description: 'OpenAPI 3.1.', schema: Type.Object({}, { title: 'OpenApi' }) } },
})

export const documentation = endpoint({
  id: 'documentation',
  surface: 'operations',
  method: 'GET',
  path: '/docs',
  summary: 'This document, to read and to try',
  answers: { 200: { description: 'A page.', schema: Type.String(), contentType: 'text/html' } },
})
