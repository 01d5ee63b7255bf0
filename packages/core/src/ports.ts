/**
 * Ports: the little that core must be told of arrays and keys. Lift fills them from func; tests fill them with numbers.
 */

/** What core asks of a leaf. */
export interface LeafOps<A> {
  readonly shape: (leaf: A) => readonly number[]
}

/** What core asks of a key of random numbers. */
export interface RngOps<K> {
  /** A new key from a key and 32 bits (`data` is an unsigned integer below 2^32). */
  readonly foldIn: (key: K, data: number) => K
}
