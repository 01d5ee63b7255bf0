// Prints `PASSED FAILED` of a vitest JSON report; skipped tests are listed on stderr and not counted.
// Usage: node scripts/count-tests.mjs REPORT EXIT_CODE
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'

const [, , file, code] = process.argv
let passed = 0
let failed = 0
const skipped = []
try {
  for (const { name, status, assertionResults } of JSON.parse(readFileSync(file, 'utf8')).testResults) {
    const before = failed
    for (const test of assertionResults) {
      if (test.status === 'passed') passed++
      else if (test.status === 'failed') failed++
      else skipped.push(`${relative(process.cwd(), name)} > ${test.fullName}`)
    }
    if (status === 'failed' && failed === before) failed++
  }
} catch (error) {
  console.error(`no report of the tests: ${error.message}`)
  failed++
}
// An unhandled error fails the run though each test passed.
if (code !== '0' && failed === 0) failed++
if (skipped.length > 0) console.error(`skipped ${skipped.length}:\n${skipped.map((name) => `  ${name}`).join('\n')}`)
console.log(`${passed} ${failed}`)
