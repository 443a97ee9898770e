import type { TLocalizedValidationError } from 'typebox/error'
import { GraphError } from './errors.ts'

interface Validator<T> {
  Check(value: unknown): value is T
  Errors(value: unknown): TLocalizedValidationError[]
}

/** The body, or the error Meta answers for the first thing wrong with it. */
export function checked<T>(validator: Validator<T>, body: unknown): T {
  if (validator.Check(body)) return body
  // Errors without words of our own only repeat others: a surplus key is also "false" by its own schema.
  for (const error of validator.Errors(body)) {
    const fault = faultOf(error)
    if (fault) throw fault
  }
  throw new GraphError(100, 'The request body is not valid.')
}

function faultOf(error: TLocalizedValidationError): GraphError | undefined {
  const at = error.instancePath.split('/').slice(1)
  const param = nameOf(at)

  switch (error.keyword) {
    case 'required': {
      const [missing = ''] = error.params.requiredProperties
      // Meta has two codes for it, one for the envelope and one for what is inside.
      return new GraphError(
        at.length === 0 ? 100 : 131008,
        `The parameter ${nameOf([...at, missing])} is required.`,
      )
    }
    case 'additionalProperties': {
      const [surplus = ''] = error.params.additionalProperties
      return new GraphError(
        100,
        `Unexpected key "${surplus}"${at.length === 0 ? '.' : ` on param "${param}".`}`,
      )
    }
    case 'type':
      return new GraphError(100, `Param ${param || 'body'} must be of type ${error.params.type}.`)
    case 'const':
      return new GraphError(100, `Param ${param} must be "${error.params.allowedValue}".`)
    case 'minLength':
      return new GraphError(131008, `The parameter ${param} is required.`)
    case 'minItems':
      return new GraphError(131008, `The parameter ${param} must not be empty.`)
    case 'maxItems':
      return new GraphError(100, `Param ${param} must have at most ${error.params.limit} items.`)
    case 'pattern':
      return new GraphError(131009, `Param ${param} is not in the form it must have.`)
    case 'maxLength':
      return new GraphError(100, `Param ${param} must be at most ${error.params.limit} characters long.`)
    default:
      return undefined
  }
}

/** `text['body']`, as Meta writes it. */
function nameOf([first = '', ...rest]: string[]): string {
  return first + rest.map((name) => `['${name}']`).join('')
}
