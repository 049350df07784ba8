// The N-API side: one function, register(), for JavaScript.
#include <node_api.h>

#include <string>

#include "cpu/kernel_api.h"
#include "register_ops.h"
#include "threads.h"

namespace {

napi_value text(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.c_str(), value.size(), &result);
  return result;
}

napi_value boolean(napi_env env, bool value) {
  napi_value result = nullptr;
  napi_get_boolean(env, value, &result);
  return result;
}

napi_value number(napi_env env, int value) {
  napi_value result = nullptr;
  napi_create_int32(env, value, &result);
  return result;
}

// register(): {error, tensorflowVersion, instructionSet, threads, cpu, gpu, gpuReason}; never throws.
napi_value register_ops(napi_env env, napi_callback_info) {
  const snnl::Registration registration = snnl::register_ops();
  napi_value result = nullptr;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "error", text(env, registration.error));
  napi_set_named_property(env, result, "tensorflowVersion", text(env, registration.tensorflow_version));
  napi_set_named_property(env, result, "instructionSet", text(env, snnl::cpu_instruction_set()));
  napi_set_named_property(env, result, "threads", number(env, snnl::thread_count()));
  napi_set_named_property(env, result, "cpu", boolean(env, registration.cpu));
  napi_set_named_property(env, result, "gpu", boolean(env, registration.gpu));
  napi_set_named_property(env, result, "gpuReason", text(env, registration.gpu_reason));
  return result;
}

}  // namespace

// Context-aware: each worker thread gets its own exports.
NAPI_MODULE_INIT() {
  napi_value function = nullptr;
  napi_create_function(env, "register", NAPI_AUTO_LENGTH, register_ops, nullptr, &function);
  napi_set_named_property(env, exports, "register", function);
  return exports;
}
