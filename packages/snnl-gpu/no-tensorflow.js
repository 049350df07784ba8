/** Stands in for dist/node.js outside of Node: package.json, "imports". */
export async function registerTensorflow() {
  return { fused: false, reason: "the native kernels of the backend 'tensorflow' need Node" };
}
