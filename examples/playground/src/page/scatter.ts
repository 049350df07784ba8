import { CLASSES } from '../data/format';
import { CLASS_COLORS, GROUND } from './palette';
import { onSchemeChange, scheme } from './scheme';

const still = matchMedia('(prefers-reduced-motion: reduce)');
const MOVE_MS = 220;

/** Radius that most codes lie within, for the scale; a few may lie outside. */
function reach(codes: Float32Array): number {
  const radii = Float32Array.from({ length: codes.length / 2 }, (_, i) =>
    Math.hypot(codes[2 * i] ?? 0, codes[2 * i + 1] ?? 0),
  ).sort();
  return Math.max(radii[Math.floor(radii.length * 0.97)] ?? 1, 1e-6) * 1.12;
}

function medianOf(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Draws two-dimensional codes, coloured by class, with each class's digit at its middle. */
export class Scatter {
  private shown: Float32Array | undefined;
  private target: Float32Array | undefined;
  private scale = 1;
  private targetScale = 1;
  private labels: Uint8Array = new Uint8Array();
  private frame = 0;

  constructor(private readonly canvas: HTMLCanvasElement) {
    new ResizeObserver(() => this.draw()).observe(canvas);
    onSchemeChange(() => this.draw());
  }

  setLabels(labels: Uint8Array): void {
    this.labels = labels;
  }

  clear(): void {
    cancelAnimationFrame(this.frame);
    this.shown = undefined;
    this.target = undefined;
    this.draw();
  }

  /** Moves the points to new codes. */
  show(codes: Float32Array): void {
    const from = this.shown;
    const fromScale = this.scale;
    this.target = codes;
    this.targetScale = reach(codes);
    cancelAnimationFrame(this.frame);
    if (from === undefined || still.matches) {
      this.settle();
      return;
    }
    const begin = performance.now();
    const move = (now: number): void => {
      const share = Math.min((now - begin) / MOVE_MS, 1);
      if (share === 1) {
        this.settle();
        return;
      }
      this.shown = codes.map((value, i) => (from[i] ?? 0) + share * (value - (from[i] ?? 0)));
      this.scale = fromScale + share * (this.targetScale - fromScale);
      this.draw();
      this.frame = requestAnimationFrame(move);
    };
    this.frame = requestAnimationFrame(move);
  }

  private settle(): void {
    this.shown = this.target;
    this.scale = this.targetScale;
    this.draw();
  }

  private draw(): void {
    const { canvas } = this;
    const ratio = devicePixelRatio;
    const size = canvas.clientWidth;
    const pixels = Math.round(size * ratio);
    if (canvas.width !== pixels || canvas.height !== pixels) {
      canvas.width = pixels;
      canvas.height = pixels;
    }
    const context = canvas.getContext('2d');
    if (context === null) return;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = GROUND[scheme()];
    context.fillRect(0, 0, size, size);
    if (this.shown !== undefined) this.drawCodes(context, this.shown, size);
  }

  private drawCodes(context: CanvasRenderingContext2D, codes: Float32Array, size: number): void {
    const colors = CLASS_COLORS[scheme()];
    const ground = GROUND[scheme()];
    const at = (value = 0): number => size / 2 + (value / this.scale) * (size / 2);
    const count = codes.length / 2;
    const point = (i: number) => [at(codes[2 * i]), size - at(codes[2 * i + 1])] as const;

    context.globalAlpha = 0.75;
    const radius = size < 400 ? 2.5 : 3.5;
    for (let i = 0; i < count; i++) {
      const [x, y] = point(i);
      context.fillStyle = colors[this.labels[i] ?? 0] ?? '#888';
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    }
    context.globalAlpha = 1;
    context.font = `700 ${size < 400 ? 17 : 22}px system-ui, sans-serif`;
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    context.lineJoin = 'round';
    for (let label = 0; label < CLASSES; label++) {
      const own = Array.from({ length: count }, (_, i) => i).filter(
        (i) => this.labels[i] === label,
      );
      const x = medianOf(own.map((i) => point(i)[0]));
      const y = medianOf(own.map((i) => point(i)[1]));
      context.strokeStyle = ground;
      context.lineWidth = 5;
      context.strokeText(String(label), x, y);
      context.fillStyle = colors[label] ?? '#888';
      context.fillText(String(label), x, y);
    }
  }
}
