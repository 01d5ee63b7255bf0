// What READMEs tell a stranger to do: the line that installs, and the programs.
import { readFileSync } from 'node:fs'
import { root } from '../packages.mjs'

const isInstall = (line) => line.startsWith('npm install @heddle/')
/** What a README says to install, and its programs; a block under a line `<!-- not run -->` is none. */
export const read = (file) => {
  const blocks = [...readFileSync(root + file, 'utf8').matchAll(/(<!-- not run -->\s*)?```(ts|sh)\n([\s\S]*?)```/g)]
  return {
    file,
    line: blocks.filter(([, , kind]) => kind === 'sh').flatMap(([, , , code]) => code.split('\n').filter(isInstall))[0],
    programs: blocks.filter(([, skip, kind]) => kind === 'ts' && !skip).map(([, , , code]) => code),
  }
}
/** The program of the root README that trains and prints its loss. */
export const training = () => read('README.md').programs.find((code) => code.includes("console.log('loss'"))
