import { CPU_BACKENDS } from '../operation/wasm/register';

/** How long one block may hold the event loop: half of what tfjs allows between frames, in ms. */
export const STRETCH_MS = 60;
const MOST_ROWS = 1024;
const FIRST_ROWS = 16;

/**
 * How many rows of a long computation to do at a time, so that a page stays responsive: as many as
 * take about {@link STRETCH_MS}, going by the blocks before.
 */
export class BlockRows {
  private rows: number;
  private readonly adapts: boolean;

  /** @param fixed A size that is kept, undefined to choose. */
  constructor(fixed: number | undefined, backend: string) {
    // They compute while the caller waits; on the others a new size means new shaders.
    this.adapts = fixed === undefined && CPU_BACKENDS.has(backend);
    this.rows = fixed ?? (this.adapts ? FIRST_ROWS : MOST_ROWS);
  }

  /** Rows of the next block when `left` are left. */
  next(left: number): number {
    return Math.min(this.rows, left);
  }

  /** Notes that a block of `rows` took `ms`. */
  took(rows: number, ms: number): void {
    if (!this.adapts) return;
    const factor = Math.min(Math.max(STRETCH_MS / Math.max(ms, 0.01), 0.125), 4);
    this.rows = Math.min(Math.max(Math.round(rows * factor), 1), MOST_ROWS);
  }
}

/** Rows of a tile that shows how fast tiles are. */
export const FIRST_TILE = 128;
/** Of a tile, and of a block beside all samples. */
export const MOST_TILE_ROWS = 2048;

/** Rows of a square tile that takes about {@link STRETCH_MS}, as one of `rows` takes `ms`. */
export function tileRows(rows: number, ms: number): number {
  const ideal = rows * Math.sqrt(STRETCH_MS / Math.max(ms, 0.01));
  return Math.min(Math.max(Math.round(ideal / 8) * 8, 8), MOST_TILE_ROWS);
}
