/** What the programs of examples share: flags that are checked before anything is done, the backend, and mistakes told in one line. */
export { chooseBackend } from './backend'
export { countFlag, positiveFlag, wholeFlag, numberFlag, program, type ProgramFlags } from './flags'
export { UserError, main } from './run'
