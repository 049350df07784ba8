/** no-tensorflow.js for CommonJS, as in tests of a page. */
exports.registerTensorflow = async () => ({
  fused: false,
  reason: "the native kernels of the backend 'tensorflow' need Node",
});
