/**
 * What could be made again, dropped where a backend runs short of what its programs take: a process has so many memory mappings, a device
 * so many pipelines.
 */
const drops: (() => void)[] = []
/** `drop` forgets programs that nobody runs just now. */
export const onScarcity = (drop: () => void): void => {
  drops.push(drop)
}
/** For backends, before they make another program. */
export const dropSpare = (): void => {
  for (const drop of drops) drop()
}
