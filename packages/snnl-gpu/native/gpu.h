#pragma once
namespace snnl {
// Whether an NVIDIA driver and a device that the CUDA kernels support are here.
bool gpu_available();
}  // namespace snnl
