/** Paths of leaves as text: `params/Dense_0/kernel`, as Flax writes them. */
import type { Path } from '@heddle/tree'

/** A slash in a key is `~1` and a tilde `~0`, as in JSON pointers, so that different paths have different texts. */
export const pathText = (path: Path): string => path.map((k) => String(k).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
