#!/usr/bin/env node
/** `npx @heddle/backend-pjrt install cpu|cuda12|cuda13|rocm7|tpu`, and `doctor`. */
import { doctor } from './plugins/doctor'
import { install } from './plugins/install'
import { isKind, kinds } from './plugins/known'

const usage = `usage: backend-pjrt install ${kinds.join('|')}   fetches a plugin
       backend-pjrt doctor   says what is there`

const main = ([command, kind]: readonly string[]): number => {
  if (command === 'install' && kind !== undefined && isKind(kind)) {
    install(kind)
    return 0
  }
  if (command === 'doctor') {
    console.log(doctor().join('\n'))
    return 0
  }
  console.error(usage)
  return 2
}
try {
  process.exitCode = main(process.argv.slice(2))
} catch (e) {
  console.error(e instanceof Error ? e.message : e)
  process.exitCode = 1
}
