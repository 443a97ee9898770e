/** A number as people write it, `+27 999 000 001`, in the sandbox's form; undefined when it cannot be one. */
export function digitsOf(written: string): string | undefined {
  const digits = written.trim().replace(/^\+|[\s().-]/g, '')
  return /^[1-9]\d{2,19}$/.test(digits) ? digits : undefined
}

/** A number in the sandbox's form as the page shows it. */
export function numberText(digits: string): string {
  return `+${digits}`
}
