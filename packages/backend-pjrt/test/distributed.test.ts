/** Several processes: the service where they meet, the functions that a plugin calls, and what is said when something is wrong. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Client, PjrtDevice } from '../src/client'
import { encodeFrame, frameReader } from '../src/distributed/frame'
import { addressIn, clientOptionsOf } from '../src/distributed/options'
import { type Distributed, DistributedError, type DistributedOptions, initializeDistributed } from '../src/index'
import { checkDevices } from '../src/sharding/store'
import { compilePlugin, describeWithCompiler } from './c-plugin'
import type { Step } from './distributed-process'
import { describeWithPlugin } from './under-test'

const freePort = (): Promise<number> =>
  new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => found(port))
    })
  })
const program = fileURLToPath(new URL('distributed-process.ts', import.meta.url))
type Outcome = { readonly ok: unknown } | { readonly error: { readonly name: string; readonly code: string; readonly message: string } }
const MAX_MS = 60_000

/** Runs a process to its end; one that hangs is killed, and its outcomes are too few then. */
const start = (options: DistributedOptions, steps: readonly Step[]): Promise<readonly Outcome[]> =>
  new Promise((over) => {
    const args = ['-C', '@heddle/source', '--import', 'tsx', program, JSON.stringify(options), JSON.stringify(steps)]
    const child = spawn(process.execPath, args, { timeout: MAX_MS, killSignal: 'SIGKILL', stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.on('close', (_, signal) => {
      const lines = out.split('\n').filter((line) => line.startsWith('{'))
      over([
        ...lines.map((line) => JSON.parse(line) as Outcome),
        ...(signal ? [{ error: { name: 'killed', code: signal, message: '' } }] : []),
      ])
    })
  })
/** One process for each list of steps. */
const together = async (
  steps: readonly (readonly Step[])[],
  more: Partial<DistributedOptions> = {},
): Promise<readonly (readonly Outcome[])[]> => {
  const coordinatorAddress = `127.0.0.1:${await freePort()}`
  const common = { coordinatorAddress, numProcesses: steps.length, initializationTimeout: 30, shutdownTimeout: 20, ...more }
  return Promise.all(steps.map((s, processId) => start({ ...common, processId }, s)))
}
const ok = (value: unknown = null): Outcome => ({ ok: value })
const failure = async (promise: Promise<unknown>): Promise<DistributedError> => {
  try {
    await promise
  } catch (e) {
    return e as DistributedError
  }
  throw new Error('it did not fail')
}

describe('frames', () => {
  it('are read as they come, whatever the pieces', () => {
    const frames = [
      { kind: 'put', id: 7, fields: [Uint8Array.of(1, 2), new Uint8Array(0)] },
      { kind: 'value', id: 2 ** 32 - 1, fields: [] },
    ] as const
    const bytes = Buffer.concat(frames.map(encodeFrame))
    for (const size of [1, 3, bytes.length]) {
      const read = frameReader()
      const got = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => read(bytes.subarray(i * size, (i + 1) * size))).flat()
      expect(got).toEqual(frames)
    }
  })
  it('are refused where they are none', () => {
    expect(() => frameReader()(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow(RangeError)
    expect(() => frameReader()(Buffer.from([5, 0, 0, 0, 99, 0, 0, 0, 0]))).toThrow(/unknown kind/)
    expect(() => frameReader()(Buffer.from([9, 0, 0, 0, 1, 0, 0, 0, 0, 8, 0, 0, 0]))).toThrow(/longer than its frame/)
  })
})

describe('options of distributed processes', () => {
  it('name an address, which is of this machine alone without a host', () => {
    expect(addressIn('10.0.0.1:80', 'x')).toEqual({ host: '10.0.0.1', port: 80 })
    expect(addressIn('[::1]:80', 'x')).toEqual({ host: '::1', port: 80 })
    expect(addressIn(':80', 'x')).toEqual({ host: '127.0.0.1', port: 80 })
  })
  it('that can not be are refused at once', async () => {
    const base = { coordinatorAddress: ':1234', numProcesses: 2, processId: 0 }
    const cases = [
      [{ ...base, processId: 2 }, 'processId is 2; of 2 processes each has its own, from 0 to 1'],
      [{ ...base, processId: 0.5 }, 'processId is 0.5'],
      [{ ...base, numProcesses: 0 }, 'numProcesses is 0'],
      [{ ...base, coordinatorAddress: 'localhost' }, 'coordinatorAddress is "localhost"; it is host:port'],
      [{ ...base, coordinatorAddress: 'localhost:0' }, 'a port from 1 to 65535'],
      [{ ...base, initializationTimeout: 0 }, 'initializationTimeout is 0'],
      [{ ...base, localDeviceIds: [-1] }, 'localDeviceIds is -1'],
    ] as const
    for (const [options, message] of cases) {
      const e = await failure(initializeDistributed(options))
      expect(e).toBeInstanceOf(DistributedError)
      expect(e).toMatchObject({ _tag: 'DistributedError', detail: { code: 'INVALID_ARGUMENT' } })
      expect(e.message).toContain(message)
    }
  })
  it('reach plugins as JAX passes them', () => {
    const place = { processId: 1, numProcesses: 4, localDeviceIds: undefined }
    expect(clientOptionsOf('/x/xla_cuda_plugin.so', place)).toEqual({ node_id: 1, num_nodes: 4 })
    expect(clientOptionsOf('/x/xla_rocm_plugin.so', { ...place, localDeviceIds: [2, 3] })).toEqual({
      node_id: 1,
      num_nodes: 4,
      visible_devices: [2, 3],
    })
    expect(clientOptionsOf('/x/libtpu.so', place)).toEqual({})
    expect(clientOptionsOf('/x/pjrt_c_api_cpu_plugin.so', place)).toEqual({ process_id: 1 })
  })
})

describe('processes that do not meet', () => {
  const meet = async (
    ...all: readonly (Partial<DistributedOptions> & { readonly processId: number })[]
  ): Promise<readonly PromiseSettledResult<Distributed>[]> => {
    const coordinatorAddress = `:${await freePort()}`
    const settled = await Promise.allSettled(
      all.map((o) => initializeDistributed({ coordinatorAddress, numProcesses: 2, initializationTimeout: 1, shutdownTimeout: 1, ...o })),
    )
    await Promise.allSettled(settled.map((s) => s.status === 'fulfilled' && s.value.shutdown()))
    return settled
  }
  const reasonOf = (s: PromiseSettledResult<Distributed> | undefined): DistributedError =>
    (s as PromiseRejectedResult).reason as DistributedError

  it('are told where nobody answers', async () => {
    const [s] = await meet({ processId: 1 })
    expect(reasonOf(s)).toMatchObject({ _tag: 'DistributedError', detail: { code: 'UNAVAILABLE' } })
    expect(reasonOf(s).message).toMatch(
      /connecting process 1 of 2 failed \(UNAVAILABLE\): nothing answers at 127\.0\.0\.1:\d+ within 1 s \(.*ECONNREFUSED.*\); is process 0 running, and do all processes have its address\?/,
    )
  })
  it('are told who is missing', async () => {
    const [s] = await meet({ processId: 0, numProcesses: 3 })
    expect(reasonOf(s).detail.code).toBe('DEADLINE_EXCEEDED')
    expect(reasonOf(s).message).toContain('processes 1 and 2 have not connected; were all processes started?')
  })
  it('are told of another number of processes, and of a number that is taken', async () => {
    // time for threads to start on a slow machine
    const [first, long] = [{ initializationTimeout: 4 }, { initializationTimeout: 8 }]
    const [, odd] = await meet({ processId: 0, ...first }, { processId: 1, numProcesses: 3, ...long })
    expect(reasonOf(odd)).toMatchObject({ detail: { code: 'INVALID_ARGUMENT' } })
    expect(reasonOf(odd).message).toContain('process 1 was started with numProcesses 3, process 0 with 2')
    const both = (
      await meet(
        { processId: 0, numProcesses: 3, ...first },
        { processId: 1, numProcesses: 3, ...long },
        { processId: 1, numProcesses: 3, ...long },
      )
    ).slice(1)
    const taken = both.map(reasonOf).find((e) => e.detail.code === 'ALREADY_EXISTS')
    expect(taken?.message).toContain('the processId 1 is taken; each process needs its own, from 0 to 2')
  })
  it('are told where something else listens', async () => {
    const server = createServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
    const port = await new Promise<number>((found) => server.listen(0, '127.0.0.1', () => found((server.address() as AddressInfo).port)))
    const coordinatorAddress = `:${port}`
    const other = await failure(initializeDistributed({ coordinatorAddress, numProcesses: 2, processId: 1, initializationTimeout: 2 }))
    expect(other.message).toMatch(/is no coordinator of heddle|another program listens there/)
    const own = await failure(initializeDistributed({ coordinatorAddress, numProcesses: 2, processId: 0, initializationTimeout: 2 }))
    expect(own).toMatchObject({ detail: { code: 'ALREADY_EXISTS' } })
    expect(own.message).toContain(`127.0.0.1:${port} is in use; choose another port, the same in all processes`)
    server.close()
  })
  it('are told where process 0 is not on the machine of the address', async () => {
    const e = await failure(
      initializeDistributed({ coordinatorAddress: '192.0.2.1:1234', numProcesses: 1, processId: 0, initializationTimeout: 2 }),
    )
    expect(e.message).toContain('192.0.2.1:1234 is no address of this machine')
  })
})

describe('two processes', () => {
  it('exchange values by keys, wait for each other, and end', async () => {
    const [zero, one] = await together([
      [
        { do: 'put', key: 'a', value: 'from 0' },
        { do: 'get', key: 'b' },
        { do: 'barrier', name: 'x' },
        { do: 'tryGet', key: 'c' },
        { do: 'barrier', name: 'x' },
        { do: 'tryGet', key: 'a' },
      ],
      [
        { do: 'get', key: 'a' },
        { do: 'put', key: 'b', value: 'von 1: ü' },
        { do: 'barrier', name: 'x' },
        { do: 'tryGet', key: 'a' },
        { do: 'remove', key: 'a' },
        { do: 'barrier', name: 'x' },
        { do: 'shutdown' },
        { do: 'get', key: 'a' },
      ],
    ])
    expect(zero).toEqual([ok(), ok(), ok('von 1: ü'), ok(), ok(null), ok(), ok(null)])
    expect(one!.slice(0, -1)).toEqual([ok(), ok('from 0'), ok(), ok(), ok('from 0'), ok(), ok(), ok()])
    expect(one!.at(-1)).toMatchObject({ error: { code: 'FAILED_PRECONDITION' } })
  })
  it('exchange values by the functions that a plugin calls, from its threads and from the main one', async () => {
    const [zero, one] = await together([
      [
        // the get waits while the put of the same process is to come
        {
          do: 'call',
          from: 'thread',
          calls: [
            { name: 'get', key: 'k1' },
            { name: 'put', key: 'k0', value: 'native 0' },
          ],
        },
        {
          do: 'call',
          from: 'thread',
          calls: [
            { name: 'tryGet', key: 'none' },
            { name: 'put', key: 'k0', value: 'again' },
            { name: 'get', key: 'never', ms: 200 },
            { name: 'get', key: 'k0' },
          ],
        },
        {
          do: 'call',
          from: 'main',
          calls: [
            { name: 'get', key: 'm1' },
            { name: 'tryGet', key: 'none' },
            { name: 'put', key: 'empty', value: '' },
            { name: 'get', key: 'empty' },
            { name: 'get', key: 'never', ms: 200 },
          ],
        },
      ],
      [
        {
          do: 'call',
          from: 'thread',
          calls: [
            { name: 'get', key: 'k0' },
            { name: 'put', key: 'k1', value: 'native 1' },
          ],
        },
        { do: 'wait', ms: 300 },
        { do: 'call', from: 'main', calls: [{ name: 'put', key: 'm1', value: 'x'.repeat(100_000) }] },
        { do: 'tryGet', key: 'pjrt client 0: k0' },
      ],
    ])
    const messages = [
      'error 5: there is no key "pjrt client 0: none"',
      'error 6: the key "pjrt client 0: k0" has a value already',
      'error 4: no process has put the key "pjrt client 0: never" within 200 ms',
    ]
    expect(zero).toEqual([
      ok(),
      ok(['native 1', 'ok']),
      ok([...messages, 'native 0']),
      ok(['x'.repeat(100_000), 'error 5', 'ok', '', 'error 4']),
    ])
    expect(one).toEqual([ok(), ok(['native 0', 'ok']), ok(), ok(['ok']), ok('native 0')])
  })
  it('are told when one has ended without a word, and when one takes too long', async () => {
    const [zero, one] = await together([
      [
        { do: 'get', key: 'late', timeout: 0.1 },
        { do: 'barrier', name: 'late', timeout: 0.1 },
        { do: 'put', key: 'go', value: '' },
        { do: 'get', key: 'never' },
        { do: 'call', from: 'thread', calls: [{ name: 'get', key: 'never' }] },
        { do: 'barrier', name: 'x' },
        { do: 'get', key: 'go' },
      ],
      [{ do: 'get', key: 'go' }, { do: 'crash' }],
    ])
    expect(one).toEqual([ok(), ok('')])
    const gone = 'process 1 has ended or lost its connection'
    expect(zero).toMatchObject([
      ok(),
      { error: { code: 'DEADLINE_EXCEEDED', message: expect.stringContaining('no process has put the key "late" within 100 ms') } },
      {
        error: {
          code: 'DEADLINE_EXCEEDED',
          message: expect.stringContaining('process 1 has not come to the barrier "late" within 100 ms'),
        },
      },
      ok(),
      { error: { code: 'UNAVAILABLE', message: expect.stringContaining(gone) } },
      ok([`error 14: ${gone}`]),
      { error: { code: 'UNAVAILABLE', message: expect.stringContaining(gone) } },
      ok(''),
    ])
  })
  it('are told when the coordinator has ended', async () => {
    const [zero, one] = await together([
      [{ do: 'get', key: 'go' }, { do: 'crash' }],
      [
        { do: 'put', key: 'go', value: '' },
        { do: 'get', key: 'never' },
        { do: 'put', key: 'x', value: '' },
      ],
    ])
    expect(zero).toEqual([ok(), ok('')])
    expect(one).toMatchObject([
      ok(),
      ok(),
      { error: { code: 'UNAVAILABLE' } },
      { error: { code: 'UNAVAILABLE', message: expect.stringContaining('process 0 has ended') } },
    ])
  })
})

describeWithCompiler('a plugin that learns of all devices through the functions', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-plugin-'))
  let plugin: string
  beforeAll(() => {
    plugin = compilePlugin(folder, 'many-processes')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('has them in each process, while its threads and the main one wait for the others', async () => {
    const client: Step = { do: 'client', options: { plugin } }
    // clients that come after another have keys of their own
    const all = await together(
      [
        [client, client],
        [client, client],
        [client, client],
      ],
      { localDeviceIds: [0, 1] },
    )
    const globalDevices = Array.from({ length: 6 }, (_, id) => ({ id, kind: 'nothing', processIndex: Math.floor(id / 2) }))
    all.forEach((outcomes, processIndex) => {
      const made = ok({ processIndex, globalDevices, devices: ['nothing', 'nothing'] })
      expect(outcomes).toEqual([ok(), made, made])
    })
  })
  it('says what it waited for where another process makes no client, or ends', async () => {
    const client: Step = { do: 'client', options: { plugin, clientOptions: { timeout: 300 } } }
    const [zero] = await together([[client], []])
    expect(zero).toMatchObject([
      ok(),
      {
        error: {
          code: 'DEADLINE_EXCEEDED',
          message: expect.stringMatching(/creating a client of .* failed \(DEADLINE_EXCEEDED\): no process has put the key .*local\/1/),
        },
      },
    ])
    const [left] = await together([[{ do: 'client', options: { plugin } }], [{ do: 'wait', ms: 500 }, { do: 'crash' }]])
    expect(left).toMatchObject([ok(), { error: { code: 'UNAVAILABLE', message: expect.stringContaining('process 1 has ended') } }])
  })
})

describeWithPlugin('two processes on XLA', () => {
  it('compute each on its own devices, and exchange values', async () => {
    const all = await together([[{ do: 'compute' }], [{ do: 'compute' }]])
    all.forEach((outcomes, i) => {
      expect(outcomes).toMatchObject([ok(), { ok: { total: 140 } }])
      const { processIndex, globalDevices } = (
        outcomes[1] as {
          readonly ok: {
            readonly processIndex: number
            readonly globalDevices: readonly { readonly id: number; readonly processIndex: number }[]
          }
        }
      ).ok
      // a CPU plugin lists its own devices alone; those of another process have other ids where it knows of processes
      expect(globalDevices.every((d) => d.processIndex === processIndex)).toBe(true)
      expect([0, i]).toContain(processIndex)
      if (i > 0 && processIndex === i) expect(globalDevices[0]!.id).toBeGreaterThan(0)
    })
  })
})

describe('a mesh', () => {
  const device = (id: number): PjrtDevice => ({ pointer: id + 1, id, processIndex: Math.floor(id / 2), kind: 'x' })
  const client = { platform: 'cuda', devices: [device(2), device(3)], globalDevices: [0, 1, 2, 3].map(device) } as unknown as Client
  it('lies in one process', () => {
    expect(checkDevices(client, [['data', 2]])).toBe(2)
    expect(() => checkDevices(client, [['data', 4]])).toThrow(
      'a mesh of 4 devices spans processes: this one has 2 of the 4 devices, and arrays lie in one process; ' +
        'use a mesh of at most 2 devices, and exchange values through backend.distributed',
    )
  })
})
