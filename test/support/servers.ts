import { bucketServer } from '../../packages/gateway/src/media/s3/testing.ts'
import { startServer } from '../../packages/gateway/src/store/postgres/testing.ts'

/**
 * A PostgreSQL and an S3 server for a whole run of tests. With `env` in its environment, a test keeps what it would have
 * kept in its folder there.
 */
export async function startEngines() {
  const parts = new AsyncDisposableStack()
  const database = parts.use(await startServer())
  const bucket = parts.use(await bucketServer())
  return {
    env: {
      TEST_DATABASE: `postgres://waypost@127.0.0.1:${database.port}/postgres`,
      TEST_BUCKET: bucket.location(''),
      AWS_ACCESS_KEY_ID: 'any',
      AWS_SECRET_ACCESS_KEY: 'any',
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}
