/** Whether this machine has the least byte of a word first, as all formats here have it. */
export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1
