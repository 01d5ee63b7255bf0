// Names of the Python side that have no namesake here: what they are called here, or why there is none. The only part of the parity tables that
// is written by hand; test/parity.test.ts holds it to be complete, and free of what is no longer so.

/**
 * Another name here, by module there: `np.take` is a name of `@heddle/func/np`, `Tensor.data` a member of a class. See `places` in parity.mjs.
 * @type {Record<string, Record<string, string>>}
 */
export const renames = {
  'flax.linen': {
    BatchApply: 'linen.batchApply',
    DenyList: 'linen.denyList',
    activation: 'linen',
    attention: 'linen',
    linear: 'linen',
    normalization: 'linen',
    pooling: 'linen',
    recurrent: 'linen',
    stochastic: 'linen',
    summary: 'linen',
    transforms: 'linen',
    combinators: 'linen',
    module: 'linen',
    meta: 'linen',
    spmd: 'linen',
    dtypes: 'linen',
  },
  'flax.struct': { PyTreeNode: 'struct.dataclass', field: 'struct.dataclass' },
  'flax.serialization': {
    MAX_CHUNK_SIZE: 'checkpoint.MsgpackOptions',
    current_path: 'checkpoint.CheckpointError',
    is_serializable: 'tree.registerNode',
    register_serialization_state: 'tree.registerNode',
  },
  'flax.training.common_utils': { onehot: 'nn.oneHot' },
  'flax.training.checkpoints': {
    AsyncManager: 'checkpoint.CheckpointManager',
    available_steps: 'checkpoint.CheckpointManager',
    latest_checkpoint: 'checkpoint.CheckpointManager',
    restore_checkpoint: 'checkpoint.CheckpointManager',
    save_checkpoint: 'checkpoint.CheckpointManager',
  },
  jax: {
    Array: 'func.Tensor',
    custom_batching: 'func.customVmap',
    flatten_util: 'flattenUtil',
    NamedSharding: 'lift.NamedSharding',
    P: 'lift.PartitionSpec',
    ShapeDtypeStruct: 'func.ShapeDtype',
    named_call: 'func.namedScope',
    profiler: 'func.profile',
    copy_to_host_async: 'Tensor.data',
    default_backend: 'func.getDefaultBackend',
    default_device: 'func.withBackend',
    device_get: 'Tensor.data',
    ensure_compile_time_eval: 'func.evalKnown',
    jacobian: 'func.jacrev',
    numpy: 'np',
    export: 'stablehlo.exportStablehlo',
    reshard: 'func.devicePut',
    set_mesh: 'lift.withMesh',
    tree_util: 'tree',
    typeof: 'Tensor.aval',
  },
  'jax.experimental.checkify': { Error: 'func.CheckResult', ErrorCategory: 'func.CheckKind', JaxRuntimeError: 'func.CheckError' },
  'jax.numpy': {
    load: 'checkpoint.loadNpy',
    save: 'checkpoint.saveNpy',
    savez: 'checkpoint.saveNpz',
    array_str: 'Tensor.toString',
    array_repr: 'Tensor.toString',
    ix_: 'np.ix',
    s_: 'np.at',
    index_exp: 'np.at',
    ndarray: 'np.Tensor',
    frompyfunc: 'np.vectorize',
  },
  'jax.lax': {
    broadcast_like: 'np.broadcastTo',
    approx_max_k: 'lax.topK',
    approx_min_k: 'lax.topK',
    dtype: 'Tensor.dtype',
    empty: 'np.empty',
    index_take: 'np.take',
    rng_bit_generator: 'random.bits',
    rng_uniform: 'random.uniform',
    with_sharding_constraint: 'func.withShardingConstraint',
  },
  'jax.random': { key_dtype: 'Tensor.dtype' },
  'jax.tree': { broadcast: 'tree.broadcastPrefix', flatten_with_path: 'tree.leavesWithPath', static: 'tree.staticKey' },
  optax: {
    MultiSteps: 'optim.multiSteps',
    ApplyEvery: 'optim.applyEvery',
    multi_transform: 'optim.partition',
    convex_kl_divergence: 'optim.generalizedKlDivergence',
    assignment: 'optim',
    losses: 'optim',
    microbatching: 'optim',
    perturbations: 'optim',
    projections: 'optim',
    schedules: 'optim',
    second_order: 'optim',
    transforms: 'optim',
    tree: 'optim',
    tree_utils: 'optim',
    bias_correction: 'optim.treeBiasCorrection',
    safe_int32_increment: 'optim.safeIncrement',
    update_infinity_moment: 'optim.treeUpdateInfinityMoment',
    update_moment: 'optim.treeUpdateMoment',
    update_moment_per_elem_norm: 'optim.treeUpdateMoment',
    selective_transform: 'optim.partition',
    GradientTransformationExtraArgs: 'optim.GradientTransformation',
    TransformInitFn: 'optim.GradientTransformation',
    TransformUpdateFn: 'optim.GradientTransformation',
    TransformUpdateExtraArgsFn: 'optim.GradientTransformation',
    init_empty_state: 'optim.emptyState',
  },
  'optax.tree_utils': { tree_update_moment_per_elem_norm: 'optim.treeUpdateMoment' },
  'optax.transforms': { unitwise_clip: 'optim.adaptiveGradClip', unitwise_norm: 'optim.adaptiveGradClip' },
}

/** Why a name has no counterpart; `not yet` is the only one that is a debt. */
export const reasons = {
  'not yet': 'not yet',
  pmap: 'is for `pmap`; arrays lie on meshes here, and data are put there by `shardings`',
  trees: '`tree.map((...xs) => np.stack(xs), ...trees)` does it',
  traversals: 'to be deprecated there: `tree.map`, `tree.mapWithPath` and `tree.pathAwareMap` do it',
  python: 'is about Python: JavaScript has no such thing, or needs none',
  compact: 'not needed: any method may make submodules and parameters, `setup` too, and `call` needs no decorator',
  module: "a file or folder of the library's; what it has stands in the other tables",
  setting: "a switch of JAX's runtime or of its compiler",
  debugging: 'a tool for debugging programs of JAX; errors here say where, and a debugger stops inside of `debug.callback`',
  sharding: 'how an array lies over devices is its `sharding`, a plain object that prints',
  scopes: 'every call of a module is named by its path, always: it costs nothing that could be measured',
  complex: 'there are no complex numbers',
  dtype: 'there is no such dtype; a dtype is a string',
  fp8: 'no device that heddle runs on computes in 8-bit floats',
  processes: 'devices and processes are those of a backend: `pjrt({ device })`, and its distributed programs',
  mutable: 'references that are written in place; loops carry values here, and donate their buffers',
  memory: 'memory is freed by `dispose`, `tidy` and the collector',
  files: 'files are read by the platform: `fetch`, `node:fs`, a typed array given to `np.array`',
  printing: 'how values are printed is up to the console',
  fft: 'not yet: no backend has Fourier transforms',
  primitive:
    'a primitive: an operation as rules and backends see it; `printJaxpr` shows it by the same name, backends have a table of them',
  enumeration: 'an enumeration or a record of options there; strings and plain objects here',
  internal: "is exported there, but not documented: parts of the library's own code",
  effects: 'tokens that put effects in order: here `debug.callback` is always called in the order of the program',
  state: 'the type of an optimizer’s state: here inferred from the optimizer (`ReturnType<typeof tx.init>`)',
  keys: 'a key is a tensor of integers: there is nothing to unwrap',
  fixed: 'shapes must be known while tracing, and this one depends on values; run it on the host',
}

/** @type {Record<string, Partial<Record<keyof typeof reasons, string>>>} */
export const missing = {
  'flax.linen': {
    compact: 'compact compact_name_scope nowrap',
    python: 'FrozenDict kw_only_dataclasses',
    fp8: 'Fp8DirectDotGeneralOp Fp8DotGeneral Fp8DotGeneralOp Fp8Einsum NANOOFp8DotGeneralOp fp8_ops',
    scopes: 'disable_named_call enable_named_call named_call override_named_call',
    internal: 'normalize',
  },
  'flax.core.lift': { internal: 'CountsHolder TransformContext id_fn set_from_dict tree_map_rngs' },
  'flax.traverse_util': {
    traversals:
      'Traversal TraverseAttr TraverseCompose TraverseEach TraverseFilter TraverseId TraverseItem TraverseMerge TraverseTree t_identity',
    python: 'PathParts',
    module: 'flax',
  },
  'flax.struct': { python: 'TNode dataclass_transform', module: 'serialization' },
  'flax.serialization': { python: 'contextmanager' },
  'flax.training.common_utils': { pmap: 'get_metrics shard shard_prng_key', trees: 'stack_forest' },
  'flax.training.dynamic_scale': { 'not yet': 'DynamicScale DynamicScaleResult' },
  'flax.training.checkpoints': { internal: 'convert_pre_linen natural_sort safe_normpath save_checkpoint_multiprocess' },
  jax: {
    setting: `allow_f16_reductions config debug_key_reuse default_matmul_precision default_prng_impl enable_checks
      enable_custom_prng enable_x64 jax2tf_associative_scan_reductions legacy_prng_key log_compiles numpy_dtype_promotion numpy_rank_promotion
      softmax_custom_jvp thread_guard threefry_partitionable transfer_guard transfer_guard_device_to_device transfer_guard_device_to_host
      transfer_guard_host_to_device no_execution no_tracing explain_cache_misses remove_size_one_mesh_axis_from_type auto_pcast`,
    debugging: 'check_tracer_leaks print_environment_info monitoring make_user_context',
    processes: `Shard device_count devices distributed host_count host_id host_ids local_device_count local_devices process_count process_index
      process_indices make_array_from_process_local_data make_array_from_single_device_arrays make_mesh`,
    mutable: 'Ref free_ref empty_ref new_ref ref freeze',
    memory: 'array_garbage_collection_guard live_arrays clear_caches',
    module: `ad api_util core custom_derivatives errors experimental extend interpreters lib memory scipy sharding stages typing version`,
    python: 'dlpack ffi float0 ds',
    'not yet': 'fwd_and_bwd pmap shard_map smap',
  },
  'jax.numpy': {
    complex: `angle conj conjugate imag real iscomplex iscomplexobj isreal isrealobj sort_complex cdouble complex128 complex64 complex_ complexfloating csingle
      ComplexWarning roots`,
    dtype: `bool_ double float_ int_ single uint character flexible floating generic inexact integer number object_ signedinteger unsignedinteger float4_e2m1fn
      float6_e2m3fn float6_e3m2fn float8_e3m4 float8_e4m3 float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu int1
      int2 int4 uint1 uint2 uint4 dtype`,
    python: 'c_ r_ mgrid ogrid from_dlpack isscalar iterable ufunc einsum_path',
    files: 'frombuffer fromfile fromiter fromstring',
    printing: 'get_printoptions printoptions set_printoptions',
    fft: 'fft',
    fixed: 'trim_zeros',
  },
  'jax.numpy.linalg': { complex: 'eig eigvals' },
  'jax.lax': {
    enumeration: `AccuracyMode ConvDimensionNumbers DotAlgorithm DotAlgorithmPreset DotDimensionNumbers FftType GatherDimensionNumbers GatherScatterMode Precision
      RaggedDotDimensionNumbers RandomAlgorithm RoundingMethod ScatterDimensionNumbers Tolerance`,
    effects: 'after_all create_token dce_sink',
    complex: 'complex conj imag real',
    internal:
      'conv_general_permutations conv_general_shape_tuple conv_shape_tuple conv_transpose_shape_tuple shape_as_value reduce_window_shape_tuple',
    fft: 'fft',
    'not yet': `optimization_barrier pbroadcast pcast precv psend ragged_all_to_all platform_dependent composite custom_linear_solve custom_root mulhi ragged_dot ragged_dot_general reduce_precision reduce_xor scaled_dot scatter_apply stage`,
  },
  'jax.nn': { fp8: 'get_scaled_dot_general_config scaled_dot_general scaled_matmul' },
  'jax.debug': {
    debugging: 'breakpoint',
    effects: 'DebugEffect OrderedDebugEffect',
    sharding: 'inspect_array_sharding visualize_array_sharding visualize_sharding',
  },
  'jax.experimental.checkify': { debugging: 'debug_check', internal: 'init_error' },
  'jax.random': { python: 'key_impl' },
  'jax.scipy.special': {
    complex: 'sph_harm_y wofz',
  },
  'jax.scipy.linalg': {
    complex: 'dft funm hessenberg rsf2csf schur sqrtm',
    'not yet': `block_diag circulant companion convolution_matrix eigh_tridiagonal expm_frechet fiedler fiedler_companion hadamard hankel helmert hilbert invhilbert invpascal
      leslie pascal polar qr_multiply solve_sylvester toeplitz`,
  },
  optax: {
    state: `AdaptiveGradClipState AddDecayedWeightsState ClipByGlobalNormState ClipState ConditionallyMaskState ConditionallyTransformState InjectStatefulHyperparamsState MaskedNode MultiTransformState NonNegativeParamsState
      ScaleByAdaDeltaState ScaleByAdamState ScaleByAdanState ScaleByAmsgradState ScaleByBacktrackingLinesearchState ScaleByBeliefState ScaleByLBFGSState
      ScaleByLionState ScaleByNovogradState ScaleByRStdDevState ScaleByRmsState ScaleByRpropState ScaleByRssState ScaleBySM3State ScaleByTrustRatioState
      ScaleByZoomLinesearchState ScaleState WrappedSchedule`,
    module: 'contrib experimental',
    internal: 'with_extra_args_support',
  },
  'optax.tree_utils': {
    complex: 'tree_conj tree_real',
    python: 'NamedTupleKey',
    keys: 'tree_unwrap_random_key_data',
  },
  'optax.contrib': {
    state: `COCOBState DoGState DoWGState GaLoreState NormalizeState ReduceLROnPlateauState SAMState ScaleByAdemamixState
      ScaleBySimplifiedAdEMAMixState SplitRealAndImaginaryState`,
    complex: 'split_real_and_imaginary',
    'not yet': 'galore scale_by_galore GaLoreDimensionNumbers',
  },
}
