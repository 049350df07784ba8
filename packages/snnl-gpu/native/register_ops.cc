#include "register_ops.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>

#include "device.h"
#include "op.h"

namespace snnl {
namespace {

// To register takes milliseconds. Longer, the lock is held by a stranger, or by a process that is
// stopped: going on without it can go wrong only where another copy registers at this moment.
constexpr std::chrono::seconds kLongest{10};

int open_tensorflow_file(const void* address_inside) {
  Dl_info info;
  if (dladdr(address_inside, &info) == 0 || info.dli_fname == nullptr) return -1;
  return open(info.dli_fname, O_RDONLY | O_CLOEXEC);
}

// Held while ops are registered. Excludes other threads, and other copies of this library in the
// process by a lock on the file of libtensorflow, which all of them can name. Where that file cannot be
// locked (some network file systems) only threads of this copy are excluded.
class RegistrationLock {
 public:
  // `address_inside`: of any function of libtensorflow.
  explicit RegistrationLock(const void* address_inside)
      : guard_(mutex_), file_(open_tensorflow_file(address_inside)) {
    // Each copy opens the file itself, so that they exclude each other within one process too.
    const auto end = std::chrono::steady_clock::now() + kLongest;
    while (file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR) &&
           std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  ~RegistrationLock() {
    // Closing gives the lock back.
    if (file_ >= 0) close(file_);
  }
  RegistrationLock(const RegistrationLock&) = delete;
  RegistrationLock& operator=(const RegistrationLock&) = delete;

 private:
  static inline std::mutex mutex_;
  std::lock_guard<std::mutex> guard_;
  int file_;
};

// Whether the serialized message holds `text`; enough to find a name in a list.
bool contains(TF_Buffer* buffer, const std::string& text) {
  if (buffer == nullptr) return false;
  const std::string bytes(static_cast<const char*>(buffer->data), buffer->length);
  tensorflow.TF_DeleteBuffer(buffer);
  return bytes.find(text) != std::string::npos;
}

// In an OpList a name is field 1 of its OpDef: tag 0x0a, its length, its characters. The length keeps
// SnnlNeighborLogSums from being found in SnnlNeighborLogSumsGrad.
bool op_exists(const std::string& op) {
  return contains(tensorflow.TF_GetAllOpList(), std::string("\x0a") + static_cast<char>(op.size()) + op);
}

// Keeps this library in memory for good: its functions stay registered in TensorFlow when the worker
// thread that loaded it has ended. The link option -z nodelete does so too, where a linker has it.
void stay_loaded() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&stay_loaded), &info) == 0 || info.dli_fname == nullptr) return;
  // Never closed.
  dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

bool kernel_exists(const char* op, const char* device, TF_Status* status) {
  return contains(tensorflow.TF_GetRegisteredKernelsForOp(op, status), device);
}

// Registers the op and its kernels where they are not; `result` tells for which devices there are any.
std::string ensure(const Op& op, bool with_gpu, Registration& result, TF_Status* status) {
  const auto failed = [&] { return tensorflow.TF_GetCode(status) != kOk; };
  const auto message = [&] { return std::string(op.name) + ": " + tensorflow.TF_Message(status); };
  if (!op_exists(op.name)) {
    define_op(op, status);
    if (failed()) return message();
  }
  for (const char* device : {"CPU", "GPU"}) {
    const bool gpu = device[0] == 'G';
    if (gpu && op.on_gpu == nullptr) break;
    bool exists = kernel_exists(op.name, device, status);
    if (!exists && (!gpu || with_gpu)) {
      define_kernel(op, device, status);
      if (failed()) return message();
      exists = true;
    }
    (gpu ? result.gpu : result.cpu) = exists;
  }
  return "";
}

}  // namespace

Registration register_ops() {
  Registration result;
  TensorFlow found{};
  result.error = load_tensorflow(found);
  if (!result.error.empty()) return result;
  stay_loaded();
  // Before the lock: to start the driver of a GPU may take seconds.
  const std::string& gpu_reason = gpu_unavailable_reason();
  const RegistrationLock lock(reinterpret_cast<const void*>(found.TF_Version));
  if (tensorflow.TF_Version == nullptr) tensorflow = found;
  result.tensorflow_version = found.TF_Version();
  const bool with_gpu = gpu_reason.empty();
  result.gpu_reason = gpu_reason;
  TF_Status* status = found.TF_NewStatus();
  for (const Op* op : {&kLogSums, &kLogSumsGrad, &kCrossLogSums, &kUnitRows, &kUnitRowsGrad, &kReducedLoss,
                       &kLossAnchorSums, &kAnchorSums, &kBatchLoss, &kBatchLossGrad}) {
    if (result.error.empty()) result.error = ensure(*op, with_gpu, result, status);
  }
  found.TF_DeleteStatus(status);
  return result;
}

}  // namespace snnl
