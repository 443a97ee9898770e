import type { MessageLocation } from './api.ts'
import { placeText } from './place.ts'

/** Where it is, in words and degrees. The map is drawn and the same for all places: real ones are other hosts'. */
export function LocationCard({ location }: { location: MessageLocation }) {
  const { name, address } = location
  return (
    <div class="card location">
      <svg class="map" viewBox="0 0 240 110" preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        <path class="map-water" d="M0 0h64C58 34 30 44 0 52Z" />
        <path class="map-green" d="m148 66 44-14 20 30-38 28h-36Z" />
        <path class="map-road" d="M-6 84 96 58l60-46 8-18M40-6l34 70 22 52M246 24 130 38M84 60l150 52" />
        <path class="map-way" d="m104-6 14 50 40 72M-6 60l74-24M190-6l-8 40 64 46" />
        <ellipse class="map-shade" cx="121" cy="67" rx="9" ry="3" />
        <path class="map-pin" d="M121 66c-9-13-15-19-15-27a15 15 0 0 1 30 0c0 8-6 14-15 27Z" />
        <circle class="map-hole" cx="121" cy="39" r="5.5" />
      </svg>
      <div class="card-words" dir="auto">
        <span class="unseen">Location: </span>
        {name && <strong class="card-title">{name}</strong>}
        {address && <span class="card-more">{address}</span>}
        <span class="card-more number">{placeText(location)}</span>
      </div>
    </div>
  )
}
