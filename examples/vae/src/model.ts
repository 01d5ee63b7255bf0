/** A variational autoencoder (Kingma and Welling 2014) of digits. */
import { np, random, type Tensor } from '@heddle/func'
import * as nn from '@heddle/linen'
import { SIDE } from '@heddle/example-mnist/digits'

/** What an image may come from: a normal distribution for each of its codes. */
export interface Codes {
  readonly mean: Tensor
  /** The logarithm of the variance. */
  readonly logVariance: Tensor
}
interface VaeProps {
  readonly hidden: number
  readonly latents: number
}
export class VAE extends nn.Module<VaeProps> {
  static moduleName = 'VAE'
  declare encoder: nn.Dense
  declare codes: nn.Dense
  declare decoder: nn.Dense
  declare pixels: nn.Dense

  setup(): void {
    const { hidden, latents } = this.props
    this.encoder = new nn.Dense({ features: hidden })
    this.codes = new nn.Dense({ features: 2 * latents })
    this.decoder = new nn.Dense({ features: hidden })
    this.pixels = new nn.Dense({ features: SIDE * SIDE })
  }
  /** Images `[n, 28, 28, 1]` from 0 to 1 -> `[n, latents]` each. */
  encode(x: Tensor): Codes {
    const both = this.codes.call(nn.relu(this.encoder.call(x.reshape([x.shape[0]!, -1]))))
    const [mean, logVariance] = np.split(both, 2, -1) as [Tensor, Tensor]
    return { mean, logVariance }
  }
  /** Codes `[n, latents]` -> logits of ink `[n, 28, 28, 1]`. */
  decode(z: Tensor): Tensor {
    return this.pixels.call(nn.relu(this.decoder.call(z))).reshape([z.shape[0]!, SIDE, SIDE, 1])
  }
  /** Images are encoded, codes drawn with a key `latent`, and decoded. */
  call(x: Tensor): readonly [logits: Tensor, codes: Codes] {
    const { mean, logVariance } = this.encode(x)
    // drawn so that gradients reach mean and variance
    const noise = random.normal(this.makeRng('latent'), mean.shape)
    return [this.decode(mean.add(np.exp(logVariance.mul(0.5)).mul(noise))), { mean, logVariance }]
  }
}
