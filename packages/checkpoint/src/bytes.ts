/**
 * Bytes in memory of their own, which `Blob`, `Response` and `writeFile` take: `Uint8Array<ArrayBuffer>` where TypeScript can say so, from 5.7 on,
 * else `Uint8Array`.
 */
export type Bytes = ReturnType<Uint8Array['slice']>
