import { useState } from 'preact/hooks'
import type { MessageLocation, Said } from './api.ts'
import { Field, type Offer, Sharing } from './sharing.tsx'

interface Props {
  onShare(said: Said): Promise<void>
  onClose(): void
}

/** With and without words, on all sides of the globe. */
const places: (Offer & MessageLocation)[] = [
  {
    title: 'Acme, Bellville',
    name: 'Acme',
    address: '100 Edward Street, Bellville',
    latitude: -33.88104,
    longitude: 18.63589,
  },
  {
    title: 'Union Buildings, Pretoria',
    name: 'Union Buildings',
    address: 'Government Avenue, Pretoria',
    latitude: -25.74015,
    longitude: 28.21203,
  },
  {
    title: 'Royal Observatory, Greenwich',
    name: 'Royal Observatory',
    address: 'Blackheath Avenue, London SE10 8XJ',
    latitude: 51.47783,
    longitude: -0.00139,
  },
  {
    title: 'Christ the Redeemer, Rio de Janeiro',
    name: 'Cristo Redentor',
    latitude: -22.95192,
    longitude: -43.21049,
  },
  { title: 'Somewhere at sea, without a name', latitude: 0, longitude: -140.5 },
]

export function PlaceDialog({ onShare, onClose }: Props) {
  const [place, setPlace] = useState(fieldsOf(places[0]))
  const set = (change: Partial<Fields>) => setPlace((before) => ({ ...before, ...change }))

  return (
    <Sharing
      title="Share a place"
      offered="A place"
      offers={places}
      isFirstChosen
      onOffer={(offer) => setPlace(fieldsOf(offer))}
      onShare={() => onShare({ type: 'location', location: locationOf(place) })}
      onClose={onClose}
    >
      <Field label="Name" value={place.name} maxLength={1_000} onInput={(name) => set({ name })} />
      <Field
        label="Address"
        value={place.address}
        maxLength={1_000}
        onInput={(address) => set({ address })}
      />
      <div class="field-pair">
        <Field
          label="Latitude"
          type="number"
          required
          min={-90}
          max={90}
          value={place.latitude}
          onInput={(latitude) => set({ latitude })}
        />
        <Field
          label="Longitude"
          type="number"
          required
          min={-180}
          max={180}
          value={place.longitude}
          onInput={(longitude) => set({ longitude })}
        />
      </div>
    </Sharing>
  )
}

type Fields = Record<'name' | 'address' | 'latitude' | 'longitude', string>

function fieldsOf({ name = '', address = '', latitude, longitude }: Partial<MessageLocation> = {}): Fields {
  return { name, address, latitude: `${latitude ?? ''}`, longitude: `${longitude ?? ''}` }
}

function locationOf({ name, address, latitude, longitude }: Fields): MessageLocation {
  return {
    latitude: Number(latitude),
    longitude: Number(longitude),
    ...(name.trim() && { name: name.trim() }),
    ...(address.trim() && { address: address.trim() }),
  }
}
