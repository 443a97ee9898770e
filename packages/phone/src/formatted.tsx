import type { ComponentChildren } from 'preact'
import { type Piece, piecesOf } from './formatting.ts'

/** A message's text with its marks and links; always elements, never markup from the text. */
export function Formatted({ text }: { text: string }) {
  return <>{piecesOf(text).map(drawn)}</>
}

function drawn(piece: Piece): ComponentChildren {
  switch (piece.type) {
    case 'text':
      return piece.text
    case 'mono':
      return <code>{piece.text}</code>
    case 'link':
      return (
        <a href={piece.url} target="_blank" rel="noopener noreferrer">
          {piece.text}
        </a>
      )
    case 'bold':
      return <strong>{piece.pieces.map(drawn)}</strong>
    case 'italic':
      return <em>{piece.pieces.map(drawn)}</em>
    case 'strike':
      return <s>{piece.pieces.map(drawn)}</s>
  }
}
