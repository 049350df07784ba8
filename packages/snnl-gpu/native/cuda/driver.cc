#include "driver.h"

#include <dlfcn.h>

#include <type_traits>

namespace snnl::cuda {

namespace {

LoadedDriver load() {
  LoadedDriver loaded{};
  // Never closed: contexts and modules live as long as the process.
  void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    loaded.missing = "no NVIDIA driver: libcuda.so.1 was not found";
    return loaded;
  }
  Driver& driver = loaded.driver;
  const auto find = [&](auto& function, const char* name) {
    void* const address = dlsym(library, name);
    if (address == nullptr && loaded.missing.empty()) {
      loaded.missing = std::string("the NVIDIA driver is too old: libcuda.so.1 has no ") + name;
    }
    function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(address);
  };
  find(driver.Init, "cuInit");
  find(driver.DriverGetVersion, "cuDriverGetVersion");
  find(driver.GetErrorString, "cuGetErrorString");
  find(driver.DeviceGetCount, "cuDeviceGetCount");
  find(driver.DeviceGet, "cuDeviceGet");
  find(driver.DeviceGetAttribute, "cuDeviceGetAttribute");
  find(driver.DevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain");
  find(driver.CtxGetCurrent, "cuCtxGetCurrent");
  find(driver.CtxGetDevice, "cuCtxGetDevice");
  find(driver.CtxSynchronize, "cuCtxSynchronize");
  find(driver.PointerGetAttribute, "cuPointerGetAttribute");
  find(driver.ModuleLoadData, "cuModuleLoadData");
  find(driver.ModuleGetFunction, "cuModuleGetFunction");
  find(driver.FuncSetAttribute, "cuFuncSetAttribute");
  find(driver.LaunchKernel, "cuLaunchKernel");
  find(driver.StreamSynchronize, "cuStreamSynchronize");
  find(driver.CtxPushCurrent, "cuCtxPushCurrent_v2");
  find(driver.CtxPopCurrent, "cuCtxPopCurrent_v2");
  if (loaded.missing.empty()) loaded.missing = driver.error("cuInit", driver.Init(0));
  return loaded;
}

}  // namespace

std::string Driver::error(const char* doing, CuResult result) const {
  if (result == 0) return "";
  const char* text = nullptr;
  if (GetErrorString(result, &text) != 0 || text == nullptr) text = "unknown error";
  return std::string(doing) + ": " + text + " (CUDA error " + std::to_string(result) + ")";
}

const LoadedDriver& loaded_driver() {
  static const LoadedDriver loaded = load();
  return loaded;
}

}  // namespace snnl::cuda
