/** A bucket, where in it, and what its server needs. What is absent is found as the AWS SDK finds it. */
export interface Place {
  bucket: string
  /** Empty, or ending in a slash. */
  prefix: string
  endpoint?: string
  region?: string
  /** The bucket stands in the path and not in the host's name. */
  isInPath: boolean
  /** Checksums are sent and asked for only where the protocol demands them. */
  isChecksumRare: boolean
  /** Rules of the bucket take away what is old, and we do not. */
  isSweptByBucket: boolean
}

/** What each parameter may say. */
const parameters: Record<string, { pattern: RegExp; what: string }> = {
  endpoint: { pattern: /^https?:\/\/[^/\s]+\/?$/, what: 'a URL that begins with http:// or https://' },
  region: { pattern: /^[\w-]+$/, what: 'a region' },
  addressing: { pattern: /^path$/, what: 'path' },
  checksums: { pattern: /^when-required$/, what: 'when-required' },
  lifecycle: { pattern: /^bucket$/, what: 'bucket' },
}

/** Of `//<bucket>/<prefix>?<parameters>`, which follows `s3:`. Throws an Error in words on anything else. */
export function placeIn(location: string): Place {
  const [, bucket = '', path = '', query = ''] = /^\/\/([^/?]*)\/?([^?]*)(\?.*)?$/s.exec(location) ?? []
  if (!/^[A-Za-z0-9][\w.-]{1,61}[A-Za-z0-9]$/.test(bucket))
    throw new Error('s3:// and the name of a bucket; credentials are found as the AWS SDK finds them')
  const prefix = path.replace(/\/$/, '')
  if (!/^(\w[\w.-]*(\/\w[\w.-]*)*)?$/.test(prefix))
    throw new Error('s3: has a prefix of letters, digits, dots, dashes and slashes')
  const { endpoint, region, addressing, checksums, lifecycle } = parametersOf(query)
  return {
    bucket,
    prefix: prefix && `${prefix}/`,
    ...(endpoint && { endpoint }),
    ...(region && { region }),
    isInPath: addressing !== undefined,
    isChecksumRare: checksums !== undefined,
    isSweptByBucket: lifecycle !== undefined,
  }
}

function parametersOf(query: string): Partial<Record<string, string>> {
  const given = [...new URLSearchParams(query)]
  for (const [name, value] of given) {
    const known = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (!known) throw new Error(`s3: has ${Object.keys(parameters).join(', ')}, and no ${name}`)
    if (!known.pattern.test(value)) throw new Error(`s3: has ${known.what} as ${name}`)
  }
  return Object.fromEntries(given)
}
