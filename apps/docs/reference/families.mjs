// How the names of a large module are spread over pages: by the files that they are written in. What no family takes stands on the module's first page.

/** @type {Record<string, readonly { slug: string, title: string, files: RegExp }[]>} */
export const families = {
  '@heddle/func': [
    { slug: 'transformations', title: 'transformations', files: /transforms\/|primitives\/call/ },
    { slug: 'errors', title: 'errors', files: /func\/src\/error/ },
  ],
  '@heddle/func/np': [
    { slug: 'elementwise', title: 'elementwise', files: /numpy\/(elementwise|piecewise)|euclid/ },
    {
      slug: 'reductions',
      title: 'reductions, sorting, sets, statistics',
      files: /numpy\/(reduce|cumulative|running|histogram|statistics|nan|sort|set|logic|precision)/,
    },
    { slug: 'shapes', title: 'shapes, joining, places', files: /numpy\/(shape|join|pad|places|take|index|pattern|bits)|vectorize/ },
    { slug: 'products', title: 'products, polynomials, signals', files: /numpy\/(contraction|einsum|polynomial|signal|sequences)/ },
  ],
  '@heddle/func/lax': [
    { slug: 'elementwise', title: 'elementwise', files: /lax\/elementwise/ },
    { slug: 'shapes', title: 'shapes and indexing', files: /lax\/(shape|indexing|padding)|numpy/ },
  ],
  '@heddle/func/backend': [{ slug: 'primitives', title: 'primitives', files: /table|ir\/|primitives\// }],
  '@heddle/core': [
    { slug: 'scopes', title: 'scopes', files: /src\/(scope|store|rng|alias)/ },
    { slug: 'axes', title: 'axes and boxes', files: /src\/(axes|meta|sharding|logical-axes)/ },
  ],
  '@heddle/lift': [
    { slug: 'errors', title: 'errors', files: /lift\/src\/edge/ },
    {
      slug: 'transformations',
      title: 'transformations',
      files: /src\/(checkpoint|control|custom-vjp|derivatives|fold-rngs|jit|map-variables|remat-scan|scan|vmap|static|pack|entry|opened)/,
    },
  ],
  '@heddle/linen': [
    { slug: 'layers', title: 'layers', files: /layers\/(dense|products|dropout|embed|sequential|batch-apply|merge|dtypes|init)/ },
    { slug: 'convolutions', title: 'convolutions and pooling', files: /layers\/(conv|pool)/ },
    { slug: 'recurrent', title: 'recurrent', files: /layers\/(lstm|recurrent|rnn)/ },
    { slug: 'attention', title: 'attention', files: /layers\/(dot-product-)?attention/ },
    { slug: 'norms', title: 'normalization', files: /layers\/(batch-norm|norm|weight-norm)/ },
    { slug: 'transformations', title: 'transformations', files: /linen\/src\/transforms/ },
    { slug: 'errors', title: 'errors', files: /linen\/src\/error/ },
  ],
  '@heddle/optim': [
    { slug: 'optimizers', title: 'optimizers', files: /src\/optimizers/ },
    { slug: 'schedules', title: 'schedules', files: /src\/schedules/ },
    { slug: 'losses', title: 'losses', files: /losses\// },
    { slug: 'trees', title: 'functions of trees', files: /src\/trees\// },
    {
      slug: 'projections',
      title: 'projections and solvers',
      files: /src\/(projections|assignment|linear-algebra|second-order|perturbations|gradients)/,
    },
    { slug: 'microbatching', title: 'batches in parts', files: /src\/(microbatching|accumulators)/ },
  ],
}
