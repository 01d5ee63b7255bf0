import { build } from '../../tsdown.base.ts'

export default build({
  index: 'src/index.ts',
  auto: 'src/auto.ts',
  cli: 'src/cli.ts',
  // threads
  network: 'src/distributed/network.ts',
  callbacks: 'src/distributed/callbacks.ts',
})
