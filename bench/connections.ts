interface Divided {
  apiKeys: string[]
  ports: number[]
}

/** As whom a connection speaks, and to which node: where there are enough of them, each key speaks to each node. */
export function placeOf(connection: number, { apiKeys, ports }: Divided): { apiKey: string; port: number } {
  const turn = Math.floor(connection / apiKeys.length)
  return {
    apiKey: apiKeys[connection % apiKeys.length] ?? '',
    port: ports[turn % ports.length] ?? 0,
  }
}
