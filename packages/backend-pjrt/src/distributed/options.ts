/** The options of a distributed run: what they must be, and what a plugin is told of them. */
import { basename } from 'node:path'
import type { ClientOption } from '../client'
import { DistributedError } from './error'
import type { Address } from './link'

/** How a process finds the others: options of `distributed.initialize`. */
export interface DistributedOptions {
  /** `host:port` of process 0, the same in all processes; `:port` is this machine alone. IPv6 in brackets: `[::1]:1234`. */
  readonly coordinatorAddress: string
  readonly numProcesses: number
  /** From 0. Process 0 runs the coordinator. */
  readonly processId: number
  /** Which of the machine's GPUs are this process's. Default: all. */
  readonly localDeviceIds?: readonly number[]
  /** Where process 0 listens. Default: at the coordinatorAddress. */
  readonly coordinatorBindAddress?: string
  /** In seconds, for all processes to connect. Default 300. */
  readonly initializationTimeout?: number
  /** In seconds, for all processes to end. Default 300. */
  readonly shutdownTimeout?: number
}

const refuse = (detail: string): never => {
  throw new DistributedError('initializing distributed processes', { code: 'INVALID_ARGUMENT', detail })
}
export const addressIn = (text: string, option: string): Address => {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d+)$/.exec(text) ?? []
  const port = Number(digits)
  if (digits === undefined || port < 1 || port > 65_535)
    refuse(`${option} is ${JSON.stringify(text)}; it is host:port, with a port from 1 to 65535`)
  return { host: bracketed ?? (plain === '' || plain === undefined ? '127.0.0.1' : plain), port }
}
const isCount = (n: unknown, least: number): boolean => Number.isInteger(n) && (n as number) >= least

/** Errors: DistributedError, of the code INVALID_ARGUMENT, for options that can not be. */
export const checkOptions = (o: DistributedOptions): void => {
  if (!isCount(o.numProcesses, 1)) refuse(`numProcesses is ${o.numProcesses}; it is how many processes there are, at least 1`)
  if (!isCount(o.processId, 0) || o.processId >= o.numProcesses)
    refuse(`processId is ${o.processId}; of ${o.numProcesses} processes each has its own, from 0 to ${o.numProcesses - 1}`)
  for (const name of ['initializationTimeout', 'shutdownTimeout'] as const)
    if (o[name] !== undefined && !(o[name] > 0)) refuse(`${name} is ${o[name]}; it is a number of seconds`)
  if (o.localDeviceIds?.some((id) => !isCount(id, 0)))
    refuse(`localDeviceIds is ${o.localDeviceIds.join(', ')}; they are numbers of devices, from 0`)
}

/** A process's place among the others. */
export interface ProcessAmong {
  readonly processId: number
  readonly numProcesses: number
  readonly localDeviceIds: readonly number[] | undefined
}
/** What a plugin's client is told, as JAX does: CPU plugins know their process alone, libtpu asks the machine. */
export const clientOptionsOf = (
  path: string,
  { processId, numProcesses, localDeviceIds }: ProcessAmong,
): Readonly<Record<string, ClientOption>> => {
  const name = basename(path)
  if (/cpu/i.test(name)) return { process_id: processId }
  if (/tpu/i.test(name)) return {}
  return { node_id: processId, num_nodes: numProcesses, ...(localDeviceIds && { visible_devices: localDeviceIds }) }
}
