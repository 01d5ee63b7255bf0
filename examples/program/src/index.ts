/** What the programs of examples share: flags that are checked before anything is done, the backend, and mistakes told in one line. */
export { chooseBackend } from './backend'
export { backendOption, countFlag, numberFlag, positiveFlag, program, readFlags, wholeFlag, type ProgramFlags } from './flags'
export { UserError, main } from './run'
