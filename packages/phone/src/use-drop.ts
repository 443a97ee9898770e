import { useEffect, useRef, useState } from 'preact/hooks'

/** Takes files that are dropped anywhere on the page, and answers whether some hang over it. */
export function useDrop(onFiles: (files: FileList) => void): boolean {
  const [isOver, setOver] = useState(false)
  const take = useRef(onFiles)
  take.current = onFiles

  useEffect(() => {
    function over(event: DragEvent): void {
      if (!event.dataTransfer?.types.includes('Files')) return
      // Otherwise the browser opens the file in place of the page.
      event.preventDefault()
      setOver(true)
    }

    function leave(event: DragEvent): void {
      // It goes from element to element; out of the window it comes from nowhere.
      if (!event.relatedTarget) setOver(false)
    }

    function drop(event: DragEvent): void {
      setOver(false)
      const files = event.dataTransfer?.files
      if (!files?.length) return
      event.preventDefault()
      take.current(files)
    }

    document.addEventListener('dragover', over)
    document.addEventListener('dragleave', leave)
    document.addEventListener('drop', drop)
    return () => {
      document.removeEventListener('dragover', over)
      document.removeEventListener('dragleave', leave)
      document.removeEventListener('drop', drop)
    }
  }, [])

  return isOver
}
