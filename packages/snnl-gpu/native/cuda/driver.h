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

// Members are the driver's functions without "cu"; cuda.h calls the last two ..._v2.
struct Driver {
  CuResult (*Init)(unsigned flags);
  CuResult (*DriverGetVersion)(int* version);
  CuResult (*GetErrorString)(CuResult result, const char** text);
  CuResult (*DeviceGetCount)(int* count);
  CuResult (*DeviceGet)(CuDevice* device, int ordinal);
  CuResult (*DeviceGetAttribute)(int* value, int attribute, CuDevice device);
  CuResult (*DevicePrimaryCtxRetain)(CuContext* context, CuDevice device);
  CuResult (*CtxGetCurrent)(CuContext* context);
  CuResult (*CtxGetDevice)(CuDevice* device);
  CuResult (*CtxSynchronize)();
  CuResult (*PointerGetAttribute)(void* value, int attribute, unsigned long long pointer);
  CuResult (*ModuleLoadData)(CuModule* module, const void* image);
  CuResult (*ModuleGetFunction)(CuFunction* function, CuModule module, const char* name);
  CuResult (*FuncSetAttribute)(CuFunction function, int attribute, int value);
  CuResult (*LaunchKernel)(CuFunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,
                           unsigned block_y, unsigned block_z, unsigned shared_bytes, CuStream stream, void** arguments,
                           void** extra);
  CuResult (*StreamSynchronize)(CuStream stream);
  CuResult (*CtxPushCurrent)(CuContext context);
  CuResult (*CtxPopCurrent)(CuContext* context);

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
