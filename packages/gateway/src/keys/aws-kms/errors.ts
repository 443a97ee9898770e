import { KeyRefused, KeysUnavailable } from '../../core/keys.ts'

/**
 * What KMS says no with, by the names of its API (`GenerateDataKey`, `Decrypt`: Errors, and the common errors): somebody
 * has to change a key, a policy or a blob before it says anything else. Everything else may pass by itself: throttling,
 * its own faults, a network, and credentials, which are the operator's and renewed while messages wait.
 */
const refusals: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'DisabledException',
  'IncorrectKeyException',
  'InvalidArnException',
  'InvalidCiphertextException',
  'InvalidGrantTokenException',
  'InvalidKeyUsageException',
  'KMSInvalidStateException',
  'NotFoundException',
  'ValidationException',
])

/** The error of the SDK as the contract has it; its own message may quote the request, so that it stays behind. */
export function faultOf(error: unknown): KeyRefused | KeysUnavailable {
  const name = error instanceof Error ? error.name : 'unknown'
  return refusals.has(name)
    ? new KeyRefused(`KMS refuses: ${name}`)
    : new KeysUnavailable(`KMS cannot be asked: ${name}`)
}
