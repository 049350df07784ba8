import { tex } from '@mdit/plugin-tex';
import temml from 'temml';

/** Renders `$...$` and `$$...$$` to MathML, which browsers draw without a script or a font of ours. */
export function addMath(parser: Parameters<typeof tex>[0]): void {
  parser.use(tex, {
    render: (source: string, displayMode: boolean) =>
      temml.renderToString(source, { displayMode, throwOnError: true }),
  });
}
