/**
 * The network thread: the connection to the coordinator and, in process 0, the coordinator itself.
 *
 * It is a thread of its own since the main thread may stand inside the plugin, which waits for another process.
 */
import type { Server } from 'node:net'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { type Answer, done, failed } from './answer'
import { joinCoordinator, type Link } from './link'
import { ANSWERED, type FromNetwork, type NetworkData, type Request, type ToNetwork } from './protocol'
import { createService } from './service'

const main = parentPort!
const data = workerData as NetworkData
const say = (message: FromNetwork): void => main.postMessage(message, [])

const whyNot = ({ code, message }: NodeJS.ErrnoException, where: string): Answer => {
  if (code === 'EADDRINUSE') return failed('ALREADY_EXISTS', `${where} is in use; choose another port, the same in all processes`)
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return failed(
      'INVALID_ARGUMENT',
      `${where} is no address of this machine; process 0 runs on the machine of the coordinatorAddress, or coordinatorBindAddress says where it listens`,
    )
  return failed('INTERNAL', `the coordinator can not listen at ${where}: ${message}`)
}
const listen = (server: Server, { host, port }: NonNullable<NetworkData['bind']>): Promise<Answer> =>
  new Promise((over) => {
    server.once('error', (e) => over(whyNot(e, `${host}:${port}`)))
    server.listen(port, host, () => over(done))
  })

const serve = (link: Link): void => {
  const ask = ({ kind, fields, timeout }: Request): Promise<Answer> => link.request(kind, fields, timeout)
  const attach = (port: MessagePort, flag: Int32Array): void => {
    port.on('message', async (request: Request) => {
      port.postMessage(await ask(request))
      Atomics.store(flag, ANSWERED, 1)
      Atomics.notify(flag, ANSWERED)
    })
  }
  main.on('message', async (message: ToNetwork) => {
    if (message === 'end') end(link)
    else if ('port' in message) attach(message.port, message.flag)
    else say({ id: message.id, answer: await ask(message) })
  })
}
let server: Server | undefined
const end = (link: Link): void => {
  link.end()
  // the others' connections end as they have been answered
  const over = (): void => say('ended')
  if (!server) return over()
  const late = setTimeout(over, 1000)
  server.close(() => {
    clearTimeout(late)
    over()
  })
}
const start = async (): Promise<Answer> => {
  const { address, bind, processId, numProcesses, timeout } = data
  if (bind) {
    server = createService(numProcesses)
    const listening = await listen(server, bind)
    if ('failure' in listening) return listening
  }
  const joined = await joinCoordinator(address, processId, numProcesses, timeout)
  if ('failure' in joined) {
    server?.close()
    return joined
  }
  serve(joined.link)
  return done
}
say({ joined: await start() })
