#include "launcher.h"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>

#include "driver.h"
#include "fatbin.h"
#include "plan.h"

namespace snnl::cuda {

namespace {

constexpr int kLeastCapability = 75;

std::string version_name(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

int capability_of(const Driver& driver, CuDevice device) {
  int major = 0, minor = 0;
  driver.DeviceGetAttribute(&major, kComputeCapabilityMajor, device);
  driver.DeviceGetAttribute(&minor, kComputeCapabilityMinor, device);
  return 10 * major + minor;
}

std::string find_reason() {
  if (kFatbinBytes == 0) {
    return "this binary was made without nvcc; where nvcc is, npx snnl-gpu build makes one with CUDA kernels";
  }
  const LoadedDriver& loaded = loaded_driver();
  if (!loaded.missing.empty()) return loaded.missing;
  const Driver& driver = loaded.driver;
  int version = 0;
  driver.DriverGetVersion(&version);
  if (version / 1000 < kToolkitVersion / 1000) {
    return "the NVIDIA driver is for CUDA " + version_name(version) + ", the kernels are built by CUDA " +
           version_name(kToolkitVersion) + ": update the driver, or build with an older nvcc";
  }
  int count = 0, best = 0;
  driver.DeviceGetCount(&count);
  for (int ordinal = 0; ordinal < count; ordinal++) {
    CuDevice device = 0;
    if (driver.DeviceGet(&device, ordinal) == 0) best = std::max(best, capability_of(driver, device));
  }
  if (count == 0) return "the NVIDIA driver knows no device";
  if (best < kLeastCapability) {
    return "no device of compute capability 7.5 or newer: the best has " + std::to_string(best / 10) + "." +
           std::to_string(best % 10);
  }
  return "";
}

// Three TF32 products beat one of float32 where tensor cores are more than three times as fast as
// FP32 units: on data-centre devices (8.0: 8 times, 9.0: 7 times, 10.0: more). On others (8.6, 8.9,
// 12.0) a TF32 product is as fast as a float32 one, or twice as fast at most.
bool wants_tensor_cores(Path path, int capability) {
  if (capability < 80 || path == Path::kFp32) return false;
  return path == Path::kTensor || capability == 80 || capability / 10 == 9 || capability / 10 == 10;
}

struct Module {
  std::array<CuFunction, static_cast<size_t>(Kernel::kCount)> functions{};
  int capability = 0;
  std::string error;
};

bool is_for_tensor_cores(Kernel kernel) { return kernel >= Kernel::kSumsTensor; }

Module load_module(const Driver& driver, CuDevice device) {
  Module module;
  module.capability = capability_of(driver, device);
  CuModule handle = nullptr;
  module.error = driver.error("loading the CUDA kernels", driver.ModuleLoadData(&handle, kFatbin));
  for (int k = 0; k < static_cast<int>(Kernel::kCount) && module.error.empty(); k++) {
    const Kernel kernel = static_cast<Kernel>(k);
    if (is_for_tensor_cores(kernel) && module.capability < 80) continue;
    CuFunction& function = module.functions[static_cast<size_t>(k)];
    module.error = driver.error(kernel_name(kernel), driver.ModuleGetFunction(&function, handle, kernel_name(kernel)));
    if (!module.error.empty()) break;
    // More than 48 KiB has to be asked for.
    const int bytes = static_cast<int>(shared_bytes(kernel));
    module.error = driver.error(kernel_name(kernel), driver.FuncSetAttribute(function, kMaxDynamicSharedBytes, bytes));
  }
  return module;
}

// The kernels in the current context, loaded at its first use; what fails is tried again.
Module module_of(const Driver& driver, CuContext context, CuDevice device) {
  static std::mutex mutex;
  static std::map<CuContext, Module> modules;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = modules.find(context);
  if (found != modules.end()) return found->second;
  const Module module = load_module(driver, device);
  if (module.error.empty()) modules.emplace(context, module);
  return module;
}

// Makes the context that a pointer belongs to the current one, until the end of its life.
class ContextOf {
 public:
  ContextOf(const Driver& driver, const void* pointer) : driver_(driver) {
    const auto address = reinterpret_cast<unsigned long long>(pointer);
    int ordinal = 0;
    error = driver.error("finding the device of the inputs",
                         driver.PointerGetAttribute(&ordinal, kOrdinalOfPointer, address));
    if (error.empty()) error = driver.error("cuDeviceGet", driver.DeviceGet(&device, ordinal));
    if (!error.empty()) return;
    CuDevice current_device = -1;
    driver.CtxGetCurrent(&context);
    if (context != nullptr && driver.CtxGetDevice(&current_device) == 0 && current_device == device) return;
    // Memory from pools and from virtual addresses belongs to a device, not to a context.
    context = nullptr;
    if (driver.PointerGetAttribute(&context, kContextOfPointer, address) != 0) context = nullptr;
    if (context == nullptr) error = primary_context();
    if (error.empty()) error = driver.error("cuCtxPushCurrent", driver.CtxPushCurrent(context));
    pushed_ = error.empty();
  }
  ~ContextOf() {
    CuContext popped = nullptr;
    if (pushed_) driver_.CtxPopCurrent(&popped);
  }
  ContextOf(const ContextOf&) = delete;
  ContextOf& operator=(const ContextOf&) = delete;

  CuContext context = nullptr;
  CuDevice device = 0;
  std::string error;

 private:
  // Kept for the life of the process, like the module in it.
  std::string primary_context() {
    static std::mutex mutex;
    static std::map<CuDevice, CuContext> contexts;
    const std::lock_guard<std::mutex> lock(mutex);
    CuContext& kept = contexts[device];
    std::string failure;
    if (kept == nullptr) {
      failure = driver_.error("cuDevicePrimaryCtxRetain", driver_.DevicePrimaryCtxRetain(&kept, device));
    }
    context = kept;
    return failure;
  }

  const Driver& driver_;
  bool pushed_ = false;
};

// Calls plan(tensor, launcher) in the context of the inputs, ordered as `run` says.
template <class Plan>
std::string with_launcher(const DeviceProblem& problem, const Run& run, const Plan& plan) {
  if (!unavailable_reason().empty()) return unavailable_reason();
  const Driver& driver = loaded_driver().driver;
  const ContextOf current(driver, problem.temperature);
  if (!current.error.empty()) return current.error;
  const Module module = module_of(driver, current.context, current.device);
  if (!module.error.empty()) return module.error;
  if (module.capability < kLeastCapability) return "the device of the inputs is older than compute capability 7.5";

  const CuStream stream = run.ordering == Ordering::kStream ? static_cast<CuStream>(run.stream) : nullptr;
  const bool synchronize = run.ordering == Ordering::kContextSync;
  if (synchronize) {
    const std::string error = driver.error("waiting for the inputs", driver.CtxSynchronize());
    if (!error.empty()) return error;
  }
  const Launcher launcher = [&](const Launch& launch) {
    Args args = launch.args;
    void* arguments[] = {&args};
    return driver.error(kernel_name(launch.kernel),
                        driver.LaunchKernel(module.functions[static_cast<size_t>(launch.kernel)], launch.grid_x,
                                            launch.grid_y, launch.grid_z, kThreads, 1, 1,
                                            static_cast<unsigned>(shared_bytes(launch.kernel)), stream, arguments,
                                            nullptr));
  };
  std::string error = plan(wants_tensor_cores(run.path, module.capability), launcher);
  if (error.empty() && synchronize) error = driver.error("waiting for the kernels", driver.StreamSynchronize(stream));
  return error;
}

}  // namespace

const std::string& unavailable_reason() {
  static const std::string reason = find_reason();
  return reason;
}

size_t log_sums_workspace(const DeviceProblem& problem) { return workspace_bytes(problem, false); }
size_t log_sums_grad_workspace(const DeviceProblem& problem) { return workspace_bytes(problem, true); }

std::string log_sums(const DeviceProblem& problem, float* out, void* workspace, const Run& run) {
  return with_launcher(problem, run, [&](bool tensor, const Launcher& launcher) {
    return run_log_sums(problem, out, workspace, tensor, launcher);
  });
}

std::string log_sums_grad(const DeviceProblem& problem, const float* anchor_sums, const float* candidate_sums,
                          float* grad, void* workspace, const Run& run) {
  return with_launcher(problem, run, [&](bool tensor, const Launcher& launcher) {
    return run_log_sums_grad(problem, anchor_sums, candidate_sums, grad, workspace, tensor, launcher);
  });
}

}  // namespace snnl::cuda
