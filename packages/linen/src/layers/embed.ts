/**
 * Embed: a vector for each of a number of tokens.
 */
import { isInteger, np, type DType, type Tensor } from '@heddle/func'
import { count, dtype, func, positive, required } from '@heddle/func/options'
import { promoteDtype, type PromoteDtype } from './dtypes'
import { LayerError } from '../error'
import { initializers, type Initializer } from './initializers'
import { Module } from '../module/module'
import { initializer } from './prop-kinds'
import type { PropTypes } from '../module/props'
import { checkInput } from './inputs'

const defaultEmbedInit: Initializer = initializers.varianceScaling(1, 'fan_in', 'normal', { outAxis: 0 })

/** Props of `Embed`. */
export interface EmbedProps {
  readonly numEmbeddings: number
  readonly features: number
  readonly dtype?: DType | undefined
  readonly paramDtype?: DType
  readonly embeddingInit?: Initializer
  /** In the place of promoteDtype. */
  readonly promoteDtype?: PromoteDtype | undefined
}

/**
 * A table of vectors, looked up by integers.
 *
 * Shapes: `ids: [...]` integers below `numEmbeddings`, answer `[..., features]`; parameter `embedding: [numEmbeddings, features]`.
 * Errors: LayerError for ids that are not integers. Source: `flax.linen.Embed`.
 */
export class Embed extends Module<EmbedProps> {
  static readonly moduleName: string = 'Embed'
  static readonly propTypes: PropTypes<EmbedProps> = {
    numEmbeddings: required(positive),
    features: required(count),
    dtype,
    paramDtype: dtype,
    embeddingInit: initializer,
    promoteDtype: func,
  }
  declare embedding: Tensor

  setup(): void {
    const { numEmbeddings, features, paramDtype = 'float32', embeddingInit = defaultEmbedInit } = this.props
    this.embedding = this.param('embedding', embeddingInit, [numEmbeddings, features], paramDtype)
  }

  call(ids: Tensor): Tensor {
    checkInput(this, ids, { name: 'ids' })
    const { numEmbeddings, features, dtype } = this.props
    if (!isInteger(ids.dtype)) throw new LayerError('Embed', `ids must be integers, got ${ids.dtype}`)
    const [embedding] = (this.props.promoteDtype ?? promoteDtype)([this.embedding], { dtype, inexact: false })
    if (numEmbeddings === 1) return np.broadcastTo(embedding, [...ids.shape, features])
    return np.take(embedding, ids, { axis: 0 })
  }

  /** Scores of all tokens for queries `[..., features]`: answer `[..., numEmbeddings]`. Ties the output layer to the table. */
  attend(query: Tensor): Tensor {
    checkInput(this, query, { name: 'query', rank: 1 })
    const [q, embedding] = (this.props.promoteDtype ?? promoteDtype)([query, this.embedding], { dtype: this.props.dtype })
    return np.dot(q, embedding.T)
  }
}
