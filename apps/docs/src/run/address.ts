/** Addresses of the site, wherever on its host it lies. */
const base = import.meta.env.BASE_URL.replace(/\/?$/, '/')

/** `path` is from the root of the site, without a slash before it. */
export const addressOf = (path: string): string => new URL(base + path, location.href).href
