import { zeroIfBad } from '../bad';
import { Job, PANEL, ROWS, RowSet, SEGMENT, rowsIn } from '../layout';

/** See index.ts. */
export function pack(job: Job, set: RowSet, block: i32): void {
  const count = rowsIn(set, block), width = <usize>job.featuresPadded, stride = <usize>ROWS * width << 2;
  const panels = set.panels == 0 ? <usize>0 : set.panels + <usize>block * stride;
  const columns = set.columns == 0 ? <usize>0 : set.columns + <usize>block * stride;
  for (let r: usize = 0; r < <usize>ROWS; r++) {
    const at = <usize>(block * ROWS) + r;
    const raw = set.raw + (<usize>(r < <usize>count ? load<i32>(set.order + (at << 2)) : 0) * <usize>job.features << 2);
    let norm: f32 = 0, part: f32 = 0;
    for (let f: usize = 0; f < width; f++) {
      let x: f32 = 0;
      if (f % SEGMENT == 0) {
        norm += part;
        part = 0;
      }
      if (r < <usize>count && f < <usize>job.features) x = load<f32>(raw + (f << 2)) - load<f32>(job.center + (f << 2));
      part += x * x;
      if (panels) store<f32>(panels + (f >> 3) * PANEL + (r << 5) + ((f & 7) << 2), x);
      if (columns) store<f32>(columns + (((r >> 3) * width + f) << 5) + ((r & 7) << 2), x);
    }
    store<f32>(set.norms + (at << 2), norm + part);
    zeroIfBad(job, set, at, panels, columns, <i32>r);
  }
}

/** See index.ts. */
export function totals(raw: usize, count: i32, features: i32, out: usize): void {
  memory.fill(out, 0, <usize>features << 3);
  for (let r = 0; r < count; r++) {
    for (let f: usize = 0; f < <usize>features; f++, raw += 4) {
      store<f64>(out + (f << 3), load<f64>(out + (f << 3)) + <f64>load<f32>(raw));
    }
  }
}

/** See index.ts. */
export function unpackGradient(job: Job, block: i32): void {
  const set = job.anchors, stride = <usize>ROWS * <usize>job.featuresPadded << 2;
  for (let r: usize = 0; r < <usize>rowsIn(set, block); r++) {
    const at = (<usize>(block * ROWS) + r) << 2, total = load<f32>(job.rowSums + at);
    const out = job.gradient + (<usize>load<i32>(job.gradientOrder + at) * <usize>job.features << 2);
    for (let f: usize = 0; f < <usize>job.features; f++) {
      const from = <usize>block * stride + (f >> 3) * PANEL + (r << 5) + ((f & 7) << 2);
      store<f32>(out + (f << 2), (load<f32>(set.panels + from) * total - load<f32>(job.product + from)) * job.gradientScale);
    }
  }
}
