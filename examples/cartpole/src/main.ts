/** Teaches an agent to balance a pole, and shows how long it stays up. */
import { chooseBackend, countFlag, main, program } from '@heddle/example-program'
import { np, random } from '@heddle/func'
import type { Command } from 'commander'
import { defaults, makePpo } from './ppo'

interface Flags {
  readonly updates: number
}
await main(async () => {
  const { updates, seed, backend } = program<Flags>('cartpole', 'Teaches an agent to balance a pole on a cart.', (command: Command) =>
    command.option('--updates <n>', 'how often 64 steps in 64 environments are played and learned from', countFlag, 50),
  )
  console.log(`backend  ${await chooseBackend(backend)}`)
  const ppo = makePpo(defaults, updates)
  const lengths = async (params: Parameters<typeof ppo.evaluate>[0]): Promise<readonly [mean: number, least: number]> => {
    const x = ppo.evaluate(params, random.key(seed + 1))
    return [Number(np.mean(x.astype('float32')).item()), Number(np.min(x).item())]
  }
  let now = ppo.start(seed)
  const begin = performance.now()
  for (let i = 0; i < updates; i++) {
    const [next, { ended, loss }] = ppo.update(now)
    now = next
    if (i % 10 === 0 || i === updates - 1) {
      const [mean] = await lengths(now.params)
      const bar = '█'.repeat(Math.round(mean / 12.5))
      const [lost, falls] = [Number((await loss.data())[0]).toFixed(2), (await ended.data())[0]]
      const steps = String(ppo.stepsOf(i + 1)).padStart(7)
      console.log(
        `${steps} steps  loss ${lost.padStart(7)}  ${String(falls).padStart(4)} falls  ${mean.toFixed(1).padStart(5)} steps upright ${bar}`,
      )
    }
  }
  const [mean, least] = await lengths(now.params)
  const seconds = (performance.now() - begin) / 1000
  console.log(
    `\n${mean.toFixed(1)} of 500 steps upright in the mean of ${defaults.environments} episodes, ${least} in the shortest; ${seconds.toFixed(1)} s`,
  )
})
