#include "driver.h"

#include <dlfcn.h>

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
  const auto find = [&](const char* name) {
    void* const address = dlsym(library, name);
    if (address == nullptr && loaded.missing.empty()) {
      loaded.missing = std::string("the NVIDIA driver is too old: libcuda.so.1 has no ") + name;
    }
    return address;
  };
#define SNNL_FIND(member, function, parameters) \
  driver.member = reinterpret_cast<CuResult(*) parameters>(find(#function));
  SNNL_CUDA_DRIVER_FUNCTIONS(SNNL_FIND)
#undef SNNL_FIND
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
