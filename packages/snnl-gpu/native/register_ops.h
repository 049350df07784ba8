#pragma once
#include <string>
namespace snnl {

struct Registration {
  std::string error;  // empty when the ops can be used
  std::string tensorflow_version;
  bool cpu = false;  // kernels registered for this device
  bool gpu = false;
  std::string gpu_reason;  // why there are no kernels for the GPU, or empty
};

// Registers both ops and their kernels with the TensorFlow of this process, unless that has been done,
// by another thread or by another copy of this library: TensorFlow aborts on a second registration.
Registration register_ops();

}  // namespace snnl
