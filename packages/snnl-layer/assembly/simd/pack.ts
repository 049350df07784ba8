import { LARGEST_NORM, zeroIfBad } from '../bad';
import { Job, PANEL, ROWS, RowSet, SEGMENT, rowsIn } from '../layout';
import { multiplyAdd } from './vector';

/** Features f .. f + 3 of the sample at sorted position `at`, centred; 0 past the last feature. */
// @ts-ignore: decorator
@inline
function centred(job: Job, set: RowSet, at: usize, f: i32, inside: v128): v128 {
  const row = <usize>load<i32>(set.order + (at << 2));
  const x = v128.load(set.raw + ((row * <usize>job.features + <usize>f) << 2));
  return v128.and(f32x4.sub(x, v128.load(job.center + (<usize>f << 2))), inside);
}

export function pack(job: Job, set: RowSet, block: i32): void {
  const count = rowsIn(set, block), first = <usize>(block * ROWS), zero = f32x4.splat(0);
  const stride = <usize>ROWS * <usize>job.featuresPadded << 2;
  const panels = set.panels == 0 ? <usize>0 : set.panels + <usize>block * stride;
  const columns = set.columns == 0 ? <usize>0 : set.columns + <usize>block * stride;
  for (let r = 0; r < ROWS; r += 8) {
    let n0 = zero, n1 = zero, sum0 = zero, sum1 = zero, column = columns + <usize>(r >> 3) * (<usize>job.featuresPadded << 5);
    const panel = panels + (<usize>r << 5);
    const at = first + <usize>r, left = count - r;
    for (let f = 0; f < job.featuresPadded; f += 4, column += 128) {
      if (f % SEGMENT == 0) {
        sum0 = f32x4.add(sum0, n0); sum1 = f32x4.add(sum1, n1);
        n0 = zero; n1 = zero;
      }
      const inside = i32x4.lt_s(i32x4.add(i32x4.splat(f), i32x4(0, 1, 2, 3)), i32x4.splat(job.features));
      const a = left > 0 ? centred(job, set, at, f, inside) : zero;
      const b = left > 1 ? centred(job, set, at + 1, f, inside) : zero;
      const c = left > 2 ? centred(job, set, at + 2, f, inside) : zero;
      const d = left > 3 ? centred(job, set, at + 3, f, inside) : zero;
      const e = left > 4 ? centred(job, set, at + 4, f, inside) : zero;
      const g = left > 5 ? centred(job, set, at + 5, f, inside) : zero;
      const h = left > 6 ? centred(job, set, at + 6, f, inside) : zero;
      const i = left > 7 ? centred(job, set, at + 7, f, inside) : zero;
      if (panels) {
        const p = panel + <usize>(f >> 3) * PANEL + (<usize>(f & 4) << 2);
        v128.store(p, a); v128.store(p, b, 32); v128.store(p, c, 64); v128.store(p, d, 96);
        v128.store(p, e, 128); v128.store(p, g, 160); v128.store(p, h, 192); v128.store(p, i, 224);
      }
      // Two 4 x 4 transpositions: rows become lanes.
      const ab0 = v128.shuffle<f32>(a, b, 0, 4, 1, 5), ab1 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd0 = v128.shuffle<f32>(c, d, 0, 4, 1, 5), cd1 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const eg0 = v128.shuffle<f32>(e, g, 0, 4, 1, 5), eg1 = v128.shuffle<f32>(e, g, 2, 6, 3, 7);
      const hi0 = v128.shuffle<f32>(h, i, 0, 4, 1, 5), hi1 = v128.shuffle<f32>(h, i, 2, 6, 3, 7);
      const x0 = v128.shuffle<f32>(ab0, cd0, 0, 1, 4, 5), x1 = v128.shuffle<f32>(ab0, cd0, 2, 3, 6, 7);
      const x2 = v128.shuffle<f32>(ab1, cd1, 0, 1, 4, 5), x3 = v128.shuffle<f32>(ab1, cd1, 2, 3, 6, 7);
      const y0 = v128.shuffle<f32>(eg0, hi0, 0, 1, 4, 5), y1 = v128.shuffle<f32>(eg0, hi0, 2, 3, 6, 7);
      const y2 = v128.shuffle<f32>(eg1, hi1, 0, 1, 4, 5), y3 = v128.shuffle<f32>(eg1, hi1, 2, 3, 6, 7);
      n0 = multiplyAdd(x0, x0, n0); n0 = multiplyAdd(x1, x1, n0); n0 = multiplyAdd(x2, x2, n0); n0 = multiplyAdd(x3, x3, n0);
      n1 = multiplyAdd(y0, y0, n1); n1 = multiplyAdd(y1, y1, n1); n1 = multiplyAdd(y2, y2, n1); n1 = multiplyAdd(y3, y3, n1);
      if (columns) {
        v128.store(column, x0); v128.store(column, y0, 16); v128.store(column, x1, 32); v128.store(column, y1, 48);
        v128.store(column, x2, 64); v128.store(column, y2, 80); v128.store(column, x3, 96); v128.store(column, y3, 112);
      }
    }
    n0 = f32x4.add(sum0, n0); n1 = f32x4.add(sum1, n1);
    v128.store(set.norms + (at << 2), n0);
    v128.store(set.norms + (at << 2), n1, 16);
    const limit = f32x4.splat(LARGEST_NORM);
    if (!i32x4.all_true(v128.and(f32x4.lt(n0, limit), f32x4.lt(n1, limit)))) {
      for (let k = 0; k < 8; k++) zeroIfBad(job, set, at + k, panels, columns, r + k);
    }
  }
}

export function totals(raw: usize, count: i32, features: i32, out: usize): void {
  const row = <usize>features << 2;
  memory.fill(out, 0, <usize>features << 3);
  let r = 0;
  // Four rows are added up in float32: the mean need not be exact.
  for (; r + 4 <= count; r += 4, raw += 3 * row) {
    let f = 0;
    for (; f + 4 <= features; f += 4, raw += 16) {
      const a = f32x4.add(v128.load(raw), v128.load(raw + row)), b = f32x4.add(v128.load(raw + 2 * row), v128.load(raw + 3 * row));
      addTotals(out + (<usize>f << 3), f32x4.add(a, b));
    }
    for (; f < features; f++, raw += 4) {
      const sum = (load<f32>(raw) + load<f32>(raw + row)) + (load<f32>(raw + 2 * row) + load<f32>(raw + 3 * row));
      store<f64>(out + (<usize>f << 3), load<f64>(out + (<usize>f << 3)) + <f64>sum);
    }
  }
  for (; r < count; r++) {
    let f = 0;
    for (; f + 4 <= features; f += 4, raw += 16) addTotals(out + (<usize>f << 3), v128.load(raw));
    for (; f < features; f++, raw += 4) {
      store<f64>(out + (<usize>f << 3), load<f64>(out + (<usize>f << 3)) + <f64>load<f32>(raw));
    }
  }
}

// @ts-ignore: decorator
@inline
function addTotals(out: usize, x: v128): void {
  v128.store(out, f64x2.add(v128.load(out), f64x2.promote_low_f32x4(x)));
  v128.store(out, f64x2.add(v128.load(out, 16), f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3))), 16);
}

export function unpackGradient(job: Job, block: i32): void {
  const set = job.anchors, count = rowsIn(set, block);
  const stride = <usize>ROWS * <usize>job.featuresPadded << 2, factor = f32x4.splat(job.gradientScale);
  for (let r = 0; r < count; r++) {
    const at = <usize>(block * ROWS + r) << 2;
    const total = v128.load32_splat(job.rowSums + at);
    const x = set.panels + <usize>block * stride + (<usize>r << 5), p = job.product + <usize>block * stride + (<usize>r << 5);
    let out = job.gradient + (<usize>load<i32>(job.gradientOrder + at) * <usize>job.features << 2);
    for (let f = 0; f < job.features; f += 4, out += 16) {
      const at = <usize>(f >> 3) * PANEL + (<usize>(f & 4) << 2);
      const g = f32x4.mul(f32x4.sub(f32x4.mul(v128.load(x + at), total), v128.load(p + at)), factor);
      if (f + 4 <= job.features) v128.store(out, g);
      else {
        f32.store(out, f32x4.extract_lane(g, 0));
        if (f + 1 < job.features) f32.store(out, f32x4.extract_lane(g, 1), 4);
        if (f + 2 < job.features) f32.store(out, f32x4.extract_lane(g, 2), 8);
      }
    }
  }
}
