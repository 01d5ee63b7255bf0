import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const node = ['-C', '@heddle/source', '--import', 'tsx', main]
const small = ['--backend', 'cpu', '--hidden', '8', '--seq', '8', '--batch', '4']
const start = (...flags: string[]) => spawnSync(process.execPath, [...node, ...flags], { encoding: 'utf8' })
const folder = (): string => mkdtempSync(join(tmpdir(), 'char-lm-'))

describe('npm start', () => {
  it('trains, reports, samples, plots, saves, and goes on from there', () => {
    const out = folder()
    const file = join(out, 'char-lm.msgpack')
    const first = start(...small, '--steps', '6', '--out', out)
    expect(first.status, first.stderr).toBe(0)
    expect(first.stderr).toContain('6/6 steps')
    expect(first.stdout).toMatch(/parameters\s+[\d,]+/)
    expect(first.stdout).toMatch(/backend\s+\S+/)
    expect(first.stdout).toMatch(/held-out loss \d\.\d{3} nats/)
    expect(first.stdout).toContain('Shall I ')
    expect(first.stdout).toContain(file)
    expect(readFileSync(join(out, 'loss.svg'), 'utf8')).toMatch(/^<svg/)
    const again = start(...small, '--steps', '2', '--out', out, '--resume', file)
    expect(again.status).toBe(0)
    expect(again.stderr).toContain('8/8 steps')
  }, 120_000)
  it('gives one line and exit code 1 for bad flags', () => {
    for (const flags of [['--steps', 'many'], ['--backend', 'abacus'], ['--no-such-flag'], ['--batch', '5000']]) {
      const run = start(...flags)
      expect(run.status, flags.join(' ')).toBe(1)
      expect(run.stderr.trim().split('\n'), flags.join(' ')).toHaveLength(1)
    }
    expect(start('--help').status).toBe(0)
  }, 120_000)
  it('refuses a file it can not go on from, and overwrites nothing', () => {
    const out = folder()
    const file = join(out, 'char-lm.msgpack')
    writeFileSync(file, 'this is no saved run')
    for (const resume of [file, join(out, 'absent')]) {
      const run = start(...small, '--steps', '1', '--out', out, '--resume', resume)
      expect(run.status).toBe(1)
      expect(run.stderr.trim().split('\n')).toHaveLength(1)
      expect(run.stderr).toContain(`--resume ${resume}`)
    }
    expect(readFileSync(file, 'utf8')).toBe('this is no saved run')
    expect(existsSync(join(out, 'loss.svg'))).toBe(false)
  }, 120_000)
  it('says before it trains that it can not write', () => {
    const file = join(folder(), 'a-file')
    writeFileSync(file, '')
    const run = start(...small, '--steps', '100000', '--out', join(file, 'runs'))
    expect(run.status).toBe(1)
    expect(run.stderr.trim().split('\n')).toHaveLength(1)
    expect(run.stderr).toContain("can't be written")
    expect(run.stdout).toBe('')
  }, 120_000)
  it('saves and ends quietly where nobody reads its output', () => {
    const out = folder()
    const command = `${[process.execPath, ...node, ...small, '--steps', '100000', '--out', out].join(' ')} 2>${out}/err | head -1`
    const run = spawnSync('bash', ['-o', 'pipefail', '-c', command], { encoding: 'utf8', timeout: 100_000 })
    expect(run.status).toBe(0)
    expect(run.stdout.trim().split('\n')).toHaveLength(1)
    expect(readFileSync(join(out, 'err'), 'utf8')).not.toMatch(/EPIPE|Error/)
    expect(existsSync(join(out, 'char-lm.msgpack'))).toBe(true)
  }, 120_000)
  it.each(['SIGINT', 'SIGHUP'] as const)(
    'saves and exits cleanly on %s',
    async (signal) => {
      const out = folder()
      const run = spawn(process.execPath, [...node, ...small, '--steps', '100000', '--out', out])
      let text = ''
      let asked = false
      const read = (chunk: Buffer): void => {
        text += chunk.toString()
        if (!asked && text.includes('0/100000 steps')) {
          asked = true
          setTimeout(() => run.kill(signal), 1000)
        }
      }
      run.stdout.on('data', read)
      run.stderr.on('data', read)
      const code = await new Promise((resolve) => run.on('exit', resolve)).finally(() => run.kill('SIGKILL'))
      expect(code).toBe(0)
      expect(text).toMatch(/stopped after step \d+/)
      expect(statSync(join(out, 'char-lm.msgpack')).size).toBeGreaterThan(1000)
    },
    120_000,
  )
})
