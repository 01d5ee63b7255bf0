/** `@heddle/backend-tfjs/auto` and `ready` in a page of the site: the backend that its reader chose is the default before the program begins. */
export const ready: Promise<void> = Promise.resolve()
