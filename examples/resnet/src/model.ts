/** A small residual net (He and others 2015), with BatchNorm. */
import { np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

export interface Mode {
  /** Whether BatchNorm takes the batch's mean and variance, and keeps a running average of them in `batch_stats`. */
  readonly train: boolean
}
interface BlockProps {
  readonly features: number
  readonly stride: number
}
const convolved = (x: Tensor, features: number, size: number, stride: number, { train }: Mode, scale = 1): Tensor => {
  const y = new nn.Conv({ features, kernelSize: [size, size], strides: [stride, stride], useBias: false }).call(x)
  return new nn.BatchNorm({ useRunningAverage: !train, momentum: 0.9, scaleInit: nn.initializers.constant(scale) }).call(y)
}

/** What comes in, and what two convolutions add to it: nothing at first, since the last scale begins at 0. */
export class ResidualBlock extends nn.Module<BlockProps> {
  static moduleName = 'ResidualBlock'
  call(x: Tensor, mode: Mode): Tensor {
    const { features, stride } = this.props
    const y = convolved(nn.relu(convolved(x, features, 3, stride, mode)), features, 3, 1, mode, 0)
    const same = stride === 1 && x.shape.at(-1) === features
    return nn.relu(y.add(same ? x : convolved(x, features, 1, stride, mode)))
  }
}
interface ResNetProps {
  readonly features: number
  /** Blocks of each stage; all stages but the first halve height and width, and double the features. */
  readonly stages: readonly number[]
}
export class ResNet extends nn.Module<ResNetProps> {
  static moduleName = 'ResNet'
  /** Images `[n, 28, 28, 1]` from 0 to 1 -> scores of the ten digits `[n, 10]`. */
  call(x: Tensor, mode: Mode): Tensor {
    const { features, stages } = this.props
    x = nn.relu(convolved(x, features, 3, 2, mode))
    stages.forEach((blocks, stage) => {
      for (let i = 0; i < blocks; i++)
        x = new ResidualBlock({ features: features * 2 ** stage, stride: stage > 0 && i === 0 ? 2 : 1 }).call(x, mode)
    })
    return new nn.Dense({ features: 10 }).call(np.mean(x, [1, 2]))
  }
}
