// The part of NVIDIA's driver API that the launcher needs, found in libcuda.so.1 at run time.
#pragma once
#include <cstddef>
#include <string>

namespace snnl::cuda {

using CuResult = int;  // 0 is success
using CuDevice = int;
using CuContext = struct CuContextState*;
using CuModule = struct CuModuleState*;
using CuFunction = struct CuFunctionState*;
using CuStream = struct CuStreamState*;

// Values of the driver's enumerations.
constexpr int kComputeCapabilityMajor = 75, kComputeCapabilityMinor = 76;  // CUdevice_attribute
constexpr int kContextOfPointer = 1, kOrdinalOfPointer = 9;               // CUpointer_attribute
constexpr int kMaxDynamicSharedBytes = 8;                                  // CUfunction_attribute

// X(name of the member, of the function as libcuda has it, parameters); all return a CuResult.
#define SNNL_CUDA_DRIVER_FUNCTIONS(X)                                                                             \
  X(Init, cuInit, (unsigned flags))                                                                               \
  X(DriverGetVersion, cuDriverGetVersion, (int* version))                                                         \
  X(GetErrorString, cuGetErrorString, (CuResult, const char** text))                                              \
  X(DeviceGetCount, cuDeviceGetCount, (int* count))                                                               \
  X(DeviceGet, cuDeviceGet, (CuDevice*, int ordinal))                                                             \
  X(DeviceGetAttribute, cuDeviceGetAttribute, (int* value, int attribute, CuDevice))                              \
  X(DevicePrimaryCtxRetain, cuDevicePrimaryCtxRetain, (CuContext*, CuDevice))                                     \
  X(CtxGetCurrent, cuCtxGetCurrent, (CuContext*))                                                                 \
  X(CtxGetDevice, cuCtxGetDevice, (CuDevice*))                                                                    \
  X(CtxSynchronize, cuCtxSynchronize, ())                                                                         \
  X(PointerGetAttribute, cuPointerGetAttribute, (void* value, int attribute, unsigned long long pointer))         \
  X(ModuleLoadData, cuModuleLoadData, (CuModule*, const void* image))                                             \
  X(ModuleGetFunction, cuModuleGetFunction, (CuFunction*, CuModule, const char* name))                            \
  X(FuncSetAttribute, cuFuncSetAttribute, (CuFunction, int attribute, int value))                                 \
  X(LaunchKernel, cuLaunchKernel,                                                                                 \
    (CuFunction, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,           \
     unsigned block_z, unsigned shared_bytes, CuStream, void** arguments, void** extra))                          \
  X(StreamSynchronize, cuStreamSynchronize, (CuStream))                                                           \
  X(CtxPushCurrent, cuCtxPushCurrent_v2, (CuContext))                                                             \
  X(CtxPopCurrent, cuCtxPopCurrent_v2, (CuContext*))

struct Driver {
#define SNNL_DECLARE(member, function, parameters) CuResult(*member) parameters;
  SNNL_CUDA_DRIVER_FUNCTIONS(SNNL_DECLARE)
#undef SNNL_DECLARE

  // "" for success, else what the driver calls it, after `doing`.
  std::string error(const char* doing, CuResult result) const;
};

// Loads and initialises the driver once. `missing` says why that failed, or is "".
struct LoadedDriver {
  Driver driver;
  std::string missing;
};
const LoadedDriver& loaded_driver();

}  // namespace snnl::cuda
