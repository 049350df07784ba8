// Lays out what a site would serve; each package names its script in `jsdelivr`.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';

mkdirSync('dist', { recursive: true });
copyFileSync('node_modules/@tensorflow/tfjs/dist/tf.min.js', 'dist/tf.min.js');
for (const name of ['snnl-layer', 'snnl-callbacks', 'snnl-gpu']) {
  const { jsdelivr, unpkg } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  if (jsdelivr !== unpkg) throw new Error(`${name}: expected one script for all`);
  copyFileSync(`node_modules/${name}/${jsdelivr}`, `dist/${name}.min.js`);
}
for (const file of ['index.html', 'report.mjs', 'train.mjs']) copyFileSync(file, `dist/${file}`);
