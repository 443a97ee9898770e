// `npm run test:kills`: one gateway, then four of them, are killed as often as one likes: `npm run test:kills -- 500`.
import './stories/kills.test.ts'
import './stories/kills-on-postgres.test.ts'
