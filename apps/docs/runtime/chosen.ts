/** `@heddle/backend-tfjs/auto` in a page of the site: the backend that its reader chose is the default before the program begins. */
export {}
