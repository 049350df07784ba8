// Objects of TensorFlow's C API that free themselves, and how a kernel reports what goes wrong.
#pragma once
#include <exception>
#include <new>
#include <string>

#include "tensorflow_api.h"

namespace snnl {

// Set once, before any op runs.
extern TensorFlow tensorflow;

class Status {
 public:
  Status() : status_(tensorflow.TF_NewStatus()) {}
  ~Status() { tensorflow.TF_DeleteStatus(status_); }
  Status(const Status&) = delete;
  Status& operator=(const Status&) = delete;

  TF_Status* get() const { return status_; }
  bool ok() const { return tensorflow.TF_GetCode(status_) == kOk; }
  void set(Code code, const std::string& text) const { tensorflow.TF_SetStatus(status_, code, text.c_str()); }

 private:
  TF_Status* status_;
};

class Tensor {
 public:
  explicit Tensor(TF_Tensor* tensor = nullptr) : tensor_(tensor) {}
  Tensor(Tensor&& other) noexcept : tensor_(other.tensor_) { other.tensor_ = nullptr; }
  ~Tensor() {
    if (tensor_ != nullptr) tensorflow.TF_DeleteTensor(tensor_);
  }
  Tensor(const Tensor&) = delete;
  Tensor& operator=(const Tensor&) = delete;

  TF_Tensor** address() { return &tensor_; }
  int type() const { return tensorflow.TF_TensorType(tensor_); }
  int rank() const { return tensorflow.TF_NumDims(tensor_); }
  int64_t dim(int axis) const { return tensorflow.TF_Dim(tensor_, axis); }
  std::string shape() const;  // "[2, 3]"
  float* floats() const { return static_cast<float*>(data()); }
  const int32_t* labels() const { return static_cast<const int32_t*>(data()); }
  void* data() const { return tensorflow.TF_TensorData(tensor_); }

 private:
  TF_Tensor* tensor_;
};

// Runs the body of a kernel, run(status), and hands on what it reports or throws: an exception must
// not pass through TensorFlow's C functions.
template <class Run>
void compute_with_status(TF_OpKernelContext* context, const Run& run) {
  const Status status;
  try {
    run(status);
  } catch (const std::bad_alloc&) {
    status.set(kResourceExhausted, "Out of memory.");
  } catch (const std::exception& error) {
    status.set(kInternal, error.what());
  }
  if (!status.ok()) tensorflow.TF_OpKernelContext_Failure(context, status.get());
}

}  // namespace snnl
