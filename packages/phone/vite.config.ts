import preact from '@preact/preset-vite'
import { defineConfig } from 'vite'

/** `vite` alone serves the sources and asks a sandbox that runs beside it for everything else. */
const sandbox = 'http://127.0.0.1:8090'

export default defineConfig({
  plugins: [preact({ reactAliasesEnabled: false })],
  // A data: URL in a style sheet would need more than the page's content security policy allows.
  build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, target: 'es2023' },
  server: {
    proxy: Object.fromEntries(
      ['/phones', '/businesses', '/callbacks', '/clock', '/faults'].map((path) => [path, sandbox]),
    ),
  },
})
