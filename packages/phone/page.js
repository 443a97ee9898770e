/** The folder of the built page, for whoever serves it. `npm run build` makes it. */
export const pageFolder = new URL('./dist/', import.meta.url)
