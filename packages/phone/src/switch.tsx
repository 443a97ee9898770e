import { useId } from 'preact/hooks'

interface Props {
  label: string
  hint?: string
  on: boolean
  onChange(on: boolean): void
}

export function Switch({ label, hint, on, onChange }: Props) {
  const id = useId()
  return (
    <div class="switch">
      <label for={id}>
        <span>{label}</span>
        <input
          id={id}
          type="checkbox"
          // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says itself whether it is checked
          role="switch"
          checked={on}
          aria-describedby={hint ? `${id}-hint` : undefined}
          onChange={({ currentTarget }) => onChange(currentTarget.checked)}
        />
      </label>
      {hint && (
        <p id={`${id}-hint`} class="hint">
          {hint}
        </p>
      )}
    </div>
  )
}
