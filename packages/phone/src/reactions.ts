import type { Message } from './api.ts'

/** What each side reacted with. */
export type Reactions = Partial<Record<Message['direction'], string>>

/** Reactions stand at the message they are for, each side's newest; the others stand for themselves. */
export function withReactions(messages: readonly Message[]): {
  said: readonly Message[]
  reactions: ReadonlyMap<string, Reactions>
} {
  const reactions = new Map<string, Reactions>()
  for (const { reaction, direction } of messages) {
    if (!reaction) continue
    const { [direction]: _, ...others } = reactions.get(reaction.messageId) ?? {}
    const { emoji } = reaction
    reactions.set(reaction.messageId, emoji ? { ...others, [direction]: emoji } : others)
  }
  return { said: messages.filter(({ reaction }) => !reaction), reactions }
}
