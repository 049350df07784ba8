/** Global tfjs kernel name of the value: the first of the two that a backend may register. */
export const NEIGHBOR_LOG_SUMS = 'SnnlNeighborLogSums';
/** Global tfjs kernel name of the gradient, equation 5. */
export const NEIGHBOR_LOG_SUMS_GRAD = 'SnnlNeighborLogSumsGrad';

/** Rows scaled to length 1, and the gradient of that; a backend may have them. */
export const UNIT_ROWS = 'SnnlUnitRows';
/** The gradient of {@link UNIT_ROWS}. */
export const UNIT_ROWS_GRAD = 'SnnlUnitRowsGrad';

/**
 * The loss of all anchors; a backend may have it, with the next. Inputs: the output of
 * {@link NEIGHBOR_LOG_SUMS} `[9, N]`, temperature; attr `mean`. Output []: the sum of equation 3 from the
 * references, over the anchors that are not lone, over their number if `mean`.
 */
export const REDUCED_LOSS = 'SnnlReducedLoss';
/**
 * The gradient of {@link REDUCED_LOSS} as {@link NEIGHBOR_LOG_SUMS_GRAD} takes it. Inputs: sums `[9, N]`,
 * dy []; attr `mean`. Output `[6, N]`.
 */
export const LOSS_ANCHOR_SUMS = 'SnnlLossAnchorSums';
/**
 * What {@link NEIGHBOR_LOG_SUMS_GRAD} takes from the value and its gradient; a backend may have it.
 * Inputs: sums and dy `[9, N]`. Output `[6, N]`: rows 5 to 8 of sums, rows 0 and 1 of dy.
 */
export const ANCHOR_SUMS = 'SnnlAnchorSums';

/**
 * The loss of a batch against itself from its features, in one; a backend may have it, with the next, for
 * a training step, in which every kernel and every pass over the features counts. Inputs: features
 * `[N, D]`, labels int32 `[N]`, temperature []; attrs `cosine`: rows are scaled to length 1 first, and
 * the temperature is that of their squared Euclidean distances; `mean`. Outputs: the loss [], as
 * {@link REDUCED_LOSS}; the sums `[9, N]`; and, if the kernel likes, a residual `[R]` for its gradient.
 */
export const BATCH_LOSS = 'SnnlBatchLoss';
/**
 * The gradient of {@link BATCH_LOSS}. Inputs: those, sums, residual if there is one, dy []; the same
 * attrs. Output `[N, D]`: for the features as given.
 */
export const BATCH_LOSS_GRAD = 'SnnlBatchLossGrad';

/**
 * {@link NEIGHBOR_LOG_SUMS} of two sets at once, each pair worked off for both; a backend may have it.
 * The inputs are the same, of sets that share no sample. Output float32 `[9, N + M]`: the sums of the
 * anchors over the candidates, then those of the candidates over the anchors.
 */
export const CROSS_LOG_SUMS = 'SnnlCrossLogSums';

/** Rows of the `[9, N]` output of {@link NEIGHBOR_LOG_SUMS}. */
export const LOG_SUM_ALL = 0;
export const LOG_SUM_SAME = 1;
/** @public Named with the rows beside it. */
export const MEAN_DISTANCE_ALL = 2;
/** @public Named with the rows beside it. */
export const MEAN_DISTANCE_SAME = 3;
export const SAME_COUNT = 4;
/**
 * The references of the two log-sums, from which weights and losses are made: the distance d* of the
 * nearest candidate, and the log-sum relative to it, log sum_j exp((d* - d_ij) / T), from 0 to log M.
 * A log-sum itself, the second less d* / T, has lost whole nats to rounding where it is large.
 */
export const NEAREST_ALL = 5;
export const RELATIVE_ALL = 6;
export const NEAREST_SAME = 7;
export const RELATIVE_SAME = 8;
