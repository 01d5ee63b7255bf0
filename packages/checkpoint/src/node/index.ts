/**
 * Checkpoints in Node: files of the disk.
 */
export { openFile } from './open-file'
