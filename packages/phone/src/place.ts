/** Degrees as people write them: `33.88104° S, 18.63589° E`. */
export function placeText({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `${degrees(latitude)}° ${latitude < 0 ? 'S' : 'N'}, ${degrees(longitude)}° ${longitude < 0 ? 'W' : 'E'}`
}

/** Five decimals are about a metre. */
function degrees(value: number): string {
  return String(Number(Math.abs(value).toFixed(5)))
}
