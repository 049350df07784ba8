// Plays libcuda.so.1 for tests without a GPU, on the emulator: one device whose addresses are those
// of the host. It is stricter than a driver: what the launcher should have done first must be done.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "cuda/driver.h"
#include "emulator.h"

using namespace snnl::cuda;

namespace {

constexpr CuResult kOk = 0, kInvalidValue = 1, kInvalidContext = 201, kNotFound = 500, kLaunchFailed = 719;
constexpr int kKernels = static_cast<int>(Kernel::kCount);

char primary;  // its address is the handle of the one context
thread_local std::vector<CuContext> contexts;
int allowed_shared_bytes[kKernels];
std::string failure;

CuContext primary_context() { return reinterpret_cast<CuContext>(&primary); }
int capability() {
  const char* text = std::getenv("SNNL_EMULATED_CAPABILITY");
  return text == nullptr ? 80 : std::atoi(text);
}
// Handles of kernels are 1, 2, ..
int index_of(CuFunction function) { return static_cast<int>(reinterpret_cast<size_t>(function)) - 1; }

}  // namespace

extern "C" {

// As the launcher declares them: a definition of other parameters does not compile.
#define SNNL_DECLARE(member, function, parameters) CuResult function parameters;
SNNL_CUDA_DRIVER_FUNCTIONS(SNNL_DECLARE)
#undef SNNL_DECLARE

CuResult cuInit(unsigned) { return kOk; }
CuResult cuDriverGetVersion(int* version) {
  *version = 13000;
  return kOk;
}
CuResult cuGetErrorString(CuResult result, const char** text) {
  *text = result == kLaunchFailed ? failure.c_str() : "refused by the emulated driver";
  return kOk;
}
CuResult cuDeviceGetCount(int* count) {
  *count = 1;
  return kOk;
}
CuResult cuDeviceGet(CuDevice* device, int ordinal) {
  *device = ordinal;
  return ordinal == 0 ? kOk : kInvalidValue;
}
CuResult cuDeviceGetAttribute(int* value, int attribute, CuDevice) {
  *value = attribute == kComputeCapabilityMajor ? capability() / 10 : capability() % 10;
  return kOk;
}
CuResult cuDevicePrimaryCtxRetain(CuContext* context, CuDevice) {
  *context = primary_context();
  return kOk;
}
CuResult cuCtxGetCurrent(CuContext* context) {
  *context = contexts.empty() ? nullptr : contexts.back();
  return kOk;
}
CuResult cuCtxGetDevice(CuDevice* device) {
  *device = 0;
  return contexts.empty() ? kInvalidContext : kOk;
}
CuResult cuCtxSynchronize() { return contexts.empty() ? kInvalidContext : kOk; }
CuResult cuPointerGetAttribute(void* value, int attribute, unsigned long long pointer) {
  if (pointer == 0) return kInvalidValue;
  if (attribute == kOrdinalOfPointer) std::memset(value, 0, sizeof(int));
  // As for memory of a pool, which belongs to no context.
  if (attribute == kContextOfPointer) std::memset(value, 0, sizeof(void*));
  return kOk;
}
CuResult cuModuleLoadData(CuModule* module, const void*) {
  *module = reinterpret_cast<CuModule>(&primary);
  return contexts.empty() ? kInvalidContext : kOk;
}
CuResult cuModuleGetFunction(CuFunction* function, CuModule, const char* name) {
  for (int k = 0; k < kKernels; k++) {
    if (std::strcmp(kernel_name(static_cast<Kernel>(k)), name) != 0) continue;
    *function = reinterpret_cast<CuFunction>(static_cast<size_t>(k) + 1);
    return kOk;
  }
  return kNotFound;
}
CuResult cuFuncSetAttribute(CuFunction function, int attribute, int value) {
  if (attribute != kMaxDynamicSharedBytes || value > 64 << 10) return kInvalidValue;
  allowed_shared_bytes[index_of(function)] = value;
  return kOk;
}
CuResult cuLaunchKernel(CuFunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                        unsigned block_y, unsigned block_z, unsigned shared_bytes, CuStream, void** arguments, void**) {
  const int kernel = index_of(function);
  if (contexts.empty()) return kInvalidContext;
  if (kernel < 0 || kernel >= kKernels || grid_x == 0 || grid_y - 1 > 65534 || grid_z - 1 > 65534) return kInvalidValue;
  if (block_x != kThreads || block_y != 1 || block_z != 1) return kInvalidValue;
  if (static_cast<int>(shared_bytes) > allowed_shared_bytes[kernel]) return kInvalidValue;
  if (shared_bytes != snnl::cuda::shared_bytes(static_cast<Kernel>(kernel))) return kInvalidValue;
  failure = emulator::launch({static_cast<Kernel>(kernel), grid_x, grid_y, grid_z, *static_cast<const Args*>(arguments[0])},
                             emulator::Order::kForward);
  return failure.empty() ? kOk : kLaunchFailed;
}
CuResult cuStreamSynchronize(CuStream) { return kOk; }
CuResult cuCtxPushCurrent_v2(CuContext context) {
  contexts.push_back(context);
  return kOk;
}
CuResult cuCtxPopCurrent_v2(CuContext* context) {
  if (contexts.empty()) return kInvalidContext;
  *context = contexts.back();
  contexts.pop_back();
  return kOk;
}

}  // extern "C"
