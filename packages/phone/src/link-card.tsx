import { LinkIcon } from './icons.tsx'

/** What a preview can say without leaving the host: where the link leads. */
export function LinkCard({ url }: { url: URL }) {
  const rest = `${decoded(url.pathname)}${url.search}`
  return (
    <a class="link-card" href={url.href} target="_blank" rel="noopener noreferrer">
      <LinkIcon />
      <span class="link-card-host">{url.host}</span>
      {rest !== '/' && <span class="link-card-path">{rest}</span>}
    </a>
  )
}

function decoded(path: string): string {
  try {
    return decodeURI(path)
  } catch {
    return path
  }
}
