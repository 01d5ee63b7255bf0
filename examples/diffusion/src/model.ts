/** A small U-net: how an image that is part noise should move, at a time, to become a digit that is asked for. */
import { np, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'

/** In the place of a digit: any. */
export const ANY = 10

/** Sines and cosines of a time from 0 to 1, `[n]` -> `[n, size]`. */
const waves = (time: Tensor, size: number): Tensor => {
  const half = size / 2
  const angles = np.expandDims(time, 1).mul(np.exp(np.linspace(0, Math.log(100), half)))
  return np.concatenate([np.sin(angles), np.cos(angles)], -1)
}
interface BlockProps {
  readonly features: number
}
/** Two convolutions, with what is asked for between them, and what came in added. */
class Block extends nn.Module<BlockProps> {
  static moduleName = 'Block'
  call(x: Tensor, asked: Tensor): Tensor {
    const { features } = this.props
    const convolved = (y: Tensor): Tensor =>
      new nn.Conv({ features, kernelSize: [3, 3] }).call(nn.silu(new nn.GroupNorm({ numGroups: 4 }).call(y)))
    const told = new nn.Dense({ features }).call(asked).reshape([x.shape[0]!, 1, 1, features])
    return new nn.Dense({ features, useBias: false }).call(x).add(convolved(convolved(x).add(told)))
  }
}
const smaller = (x: Tensor): Tensor => nn.avgPool(x, [2, 2], { strides: [2, 2] })
const larger = (x: Tensor): Tensor => np.repeat(np.repeat(x, 2, 1), 2, 2)

/** Four values of each square as two by two pixels: `[n, h, w, 4]` -> `[n, 2 h, 2 w, 1]`. */
export const squaresApart = (x: Tensor): Tensor => {
  const [n, h, w] = x.shape as [number, number, number]
  return np.transpose(x.reshape([n, h, w, 2, 2]), [0, 1, 3, 2, 4]).reshape([n, 2 * h, 2 * w, 1])
}

export class UNet extends nn.Module<BlockProps> {
  static moduleName = 'UNet'
  /** Images `[n, 28, 28, 1]`, times `[n]`, digits `[n]`, or ANY -> velocities `[n, 28, 28, 1]`. */
  call(x: Tensor, time: Tensor, digit: Tensor): Tensor {
    const { features } = this.props
    const block = (y: Tensor, times: number): Tensor => new Block({ features: features * times }).call(y, asked)
    const moment = new nn.Dense({ features: 4 * features }).call(waves(time, 2 * features))
    const asked = nn.silu(moment.add(new nn.Embed({ numEmbeddings: 11, features: 4 * features }).call(digit)))
    // pixels in squares of two by two, of which there are 14 by 14
    const large = block(new nn.Conv({ features, kernelSize: [2, 2], strides: [2, 2] }).call(x), 1)
    const small = block(block(smaller(large), 2), 2)
    const out = block(np.concatenate([larger(small), large], -1), 1)
    return squaresApart(new nn.Conv({ features: 4, kernelSize: [3, 3], kernelInit: nn.initializers.zeros }).call(nn.silu(out)))
  }
}
