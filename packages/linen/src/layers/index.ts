/**
 * Layers.
 */
export * from './attention'
export * from './attention-masks'
export * from './dot-product-attention'
export * from './batch-norm'
export { Dense, type DenseProps } from './dense'
export type { ConvGeneralDilated, ConvProductProps, DotGeneral, DotGeneralProps } from './products'
export { DenseGeneral, Einsum, type DenseGeneralProps, type EinsumProps } from './dense-general'
export { Dropout, type DropoutCall, type DropoutProps } from './dropout'
export { Embed, type EmbedProps } from './embed'
export { LSTMCell, OptimizedLSTMCell, type LSTMCarry } from './lstm'
export * from './norm'
export {
  GRUCell,
  MGUCell,
  RNNCellBase,
  SimpleCell,
  type CellProps,
  type GatedCellProps,
  type MGUCellProps,
  type SimpleCellProps,
} from './recurrent-cell'
export { Bidirectional, flipSequences, RNN, type BidirectionalProps, type Cell, type RNNCall, type RNNProps } from './rnn'
export { Sequential, type Layer, type SequentialProps } from './sequential'
export { Conv, ConvTranspose, type ConvProps, type ConvTransposeProps, type Padding, type Sizes } from './conv'
export { ConvLocal, type ConvLocalProps } from './conv-local'
export { ConvLSTMCell, type ConvLSTMCellProps } from './conv-lstm'
export { avgPool, maxPool, minPool, pool, type AvgPoolOptions, type PoolOptions } from './pool'
export { batchApply } from './batch-apply'
export {
  SpectralNorm,
  WeightNorm,
  type InnerLayer,
  type SpectralNormCall,
  type SpectralNormProps,
  type WeightNormProps,
} from './weight-norm'
