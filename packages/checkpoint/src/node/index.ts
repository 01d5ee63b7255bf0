/**
 * Checkpoints in Node: files of the disk.
 */
export { fileStorage } from './files'
export { openFile } from './open-file'
