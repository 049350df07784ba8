/** Global tfjs kernel name of the value: the first of the two that a backend may register. */
export const NEIGHBOR_LOG_SUMS = 'SnnlNeighborLogSums';
/** Global tfjs kernel name of the gradient, equation 5. */
export const NEIGHBOR_LOG_SUMS_GRAD = 'SnnlNeighborLogSumsGrad';

/** Rows scaled to length 1, and the gradient of that; a backend may have them. */
export const UNIT_ROWS = 'SnnlUnitRows';
/** The gradient of {@link UNIT_ROWS}. */
export const UNIT_ROWS_GRAD = 'SnnlUnitRowsGrad';

/** The loss of all anchors from their log sums; a backend may have it, with the two that follow. */
export const REDUCED_LOSS = 'SnnlReducedLoss';
/** The gradient of {@link REDUCED_LOSS}. */
export const REDUCED_LOSS_GRAD = 'SnnlReducedLossGrad';
/** What {@link NEIGHBOR_LOG_SUMS_GRAD} takes, from the output of the value and its gradient. */
export const ANCHOR_SUMS = 'SnnlAnchorSums';

/** Rows of the `[5, N]` output of {@link NEIGHBOR_LOG_SUMS}. */
export const LOG_SUM_ALL = 0;
export const LOG_SUM_SAME = 1;
/** @public Named with the rows beside it. */
export const MEAN_DISTANCE_ALL = 2;
/** @public Named with the rows beside it. */
export const MEAN_DISTANCE_SAME = 3;
export const SAME_COUNT = 4;
