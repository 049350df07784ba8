#include "tensorflow_api.h"

#include <dlfcn.h>

#include <vector>

#ifdef __linux__
#include <link.h>
#endif

namespace snnl {
namespace {

#ifdef __linux__
int collect(dl_phdr_info* info, size_t, void* names) {
  const std::string path = info->dlpi_name == nullptr ? "" : info->dlpi_name;
  const std::string file = path.substr(path.rfind('/') + 1);
  // libtensorflow.so.2, libtensorflow_framework.so.2, libtensorflow_cc.so.2
  if (file.rfind("libtensorflow", 0) == 0) static_cast<std::vector<std::string>*>(names)->push_back(path);
  return 0;
}

// Handles of every loaded library of TensorFlow. They are never closed: functions of ours stay
// registered inside those libraries.
std::vector<void*> tensorflow_libraries() {
  std::vector<std::string> names;
  dl_iterate_phdr(collect, &names);
  std::vector<void*> handles;
  for (const std::string& name : names) {
    if (void* handle = dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD)) handles.push_back(handle);
  }
  return handles;
}
#else
// macOS: the default scope spans every loaded image.
std::vector<void*> tensorflow_libraries() { return {RTLD_DEFAULT}; }
#endif

void* find(const std::vector<void*>& libraries, const char* name) {
  for (void* library : libraries) {
    if (void* symbol = dlsym(library, name)) return symbol;
  }
  return nullptr;
}

}  // namespace

std::string load_tensorflow(TensorFlow& api) {
  const std::vector<void*> libraries = tensorflow_libraries();
  if (find(libraries, "TF_Version") == nullptr) {
    return "no libtensorflow is loaded in this process: load @tensorflow/tfjs-node first";
  }
  std::string missing;
#define SNNL_FIND(result, name, parameters)                                      \
  api.name = reinterpret_cast<result(*) parameters>(find(libraries, #name));     \
  if (api.name == nullptr) missing += (missing.empty() ? "" : ", ") + std::string(#name);
  SNNL_TENSORFLOW_FUNCTIONS(SNNL_FIND)
#undef SNNL_FIND
  if (missing.empty()) return "";
  return std::string("libtensorflow ") + api.TF_Version() + " lacks functions that custom ops need: " + missing;
}

}  // namespace snnl
