declare module 'virtual:heddle-programs' {
  /** The first program of each page that has one. */
  const programs: readonly { readonly title: string; readonly room: string; readonly code: string }[]
  export default programs
}
