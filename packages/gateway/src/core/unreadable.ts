import type { Content } from '@waypost/protocol'
import type { MoContent } from './message.ts'

/** Stands for what an MT said, once the key that it was sealed with at rest is gone. No supplier carries it. */
export const unreadable = { type: 'unreadable' } as unknown as Content // of no type that anybody could send

export const isUnreadable = ({ type }: { type: string }): boolean => type === unreadable.type

/** The same to who looks, while the key is refused; what has to be read waits, for somebody may mend that. */
export const shut: Content = { ...unreadable }

/** The same of an MO: the business learns that the person wrote. */
export const unreadableMo: MoContent = { type: 'unsupported', unsupported: { kind: 'unreadable' } }
