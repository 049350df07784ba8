// Node-API glue, and the thread on which asynchronous calls wait.
#include <node_api.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>

#include "engine.h"

namespace {

using snnl::Call;

struct Job {
  Call call;
  napi_deferred deferred;
  napi_ref arrays[2] = {nullptr, nullptr};
  std::string error;
};

// Never destroyed: the destructor of a condition variable that a thread waits on blocks, and exit() of
// a process that has not finalised MPI would hang in it, and the job with it.
struct State {
  std::unique_ptr<snnl::Engine> engine;
  std::mutex lock;
  std::condition_variable turn;
  std::deque<Job*> queue;
  // Jobs that wait or run.
  int pending = 0;
  // Promises that are not settled.
  int unsettled = 0;
  napi_threadsafe_function settle = nullptr;
};
State& state = *new State;

void Work() {
  std::unique_lock<std::mutex> hold(state.lock);
  for (;;) {
    state.turn.wait(hold, [] { return !state.queue.empty(); });
    Job* job = state.queue.front();
    state.queue.pop_front();
    hold.unlock();
    job->error = state.engine->Run(job->call);
    napi_call_threadsafe_function(state.settle, job, napi_tsfn_blocking);
    hold.lock();
    state.pending--;
    state.turn.notify_all();
  }
}

// Calls are made in the order of JavaScript, so a blocking one lets those that are under way end.
void AwaitJobs() {
  std::unique_lock<std::mutex> hold(state.lock);
  state.turn.wait(hold, [] { return state.pending == 0; });
}

napi_value Throw(napi_env env, const std::string& text) {
  napi_throw_error(env, nullptr, text.c_str());
  return nullptr;
}

int32_t Int(napi_env env, napi_value value) {
  int32_t number = 0;
  napi_get_value_int32(env, value, &number);
  return number;
}

double Double(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

napi_value Text(napi_env env, const std::string& text) {
  napi_value value;
  napi_create_string_utf8(env, text.data(), text.size(), &value);
  return value;
}

napi_value Number(napi_env env, int32_t number) {
  napi_value value;
  napi_create_int32(env, number, &value);
  return value;
}

template <int N>
struct Arguments {
  napi_value at[N];
  Arguments(napi_env env, napi_callback_info info) {
    size_t count = N;
    napi_get_cb_info(env, info, &count, at, nullptr, nullptr);
  }
};

bool View(napi_env env, napi_value value, void** data, size_t* length) {
  bool is = false;
  napi_is_typedarray(env, value, &is);
  if (is) napi_get_typedarray_info(env, value, nullptr, length, data, nullptr, nullptr);
  return is;
}

void Settle(napi_env env, napi_value, void*, void* data) {
  Job* job = static_cast<Job*>(data);
  for (napi_ref array : job->arrays) {
    if (array != nullptr && !state.engine->abandoned) napi_delete_reference(env, array);
  }
  napi_value value;
  if (job->error.empty()) {
    napi_get_undefined(env, &value);
    napi_resolve_deferred(env, job->deferred, value);
  } else {
    napi_create_error(env, nullptr, Text(env, job->error), &value);
    napi_reject_deferred(env, job->deferred, value);
  }
  delete job;
  if (--state.unsettled == 0) napi_unref_threadsafe_function(env, state.settle);
}

// open(library): the ABI and what the library says of itself.
napi_value Open(napi_env env, napi_callback_info info) {
  if (state.engine != nullptr) return Throw(env, "a library is open already");
  Arguments<1> given(env, info);
  char path[4096];
  size_t length = 0;
  napi_get_value_string_utf8(env, given.at[0], path, sizeof path, &length);
  std::string reason;
  state.engine = snnl::OpenEngine(path, &reason);
  if (state.engine == nullptr) return Throw(env, reason);
  napi_value result;
  napi_create_object(env, &result);
  napi_set_named_property(env, result, "abi", Text(env, state.engine->Abi()));
  napi_set_named_property(env, result, "version", Text(env, state.engine->Version()));
  return result;
}

napi_value Start(napi_env env, napi_callback_info) {
  const std::string problem = state.engine->Start();
  if (!problem.empty()) return Throw(env, problem);
  napi_create_threadsafe_function(env, nullptr, nullptr, Text(env, "snnl-parallel"), 0, 1, nullptr,
                                  nullptr, nullptr, Settle, &state.settle);
  napi_unref_threadsafe_function(env, state.settle);
  std::thread(Work).detach();
  return nullptr;
}

// run(kind, comm, type, op, data, out, counts, root, source, limit, later): a promise if `later`.
napi_value Run(napi_env env, napi_callback_info info) {
  Arguments<11> given(env, info);
  Call call;
  call.kind = static_cast<snnl::Kind>(Int(env, given.at[0]));
  call.comm = Int(env, given.at[1]);
  call.type = static_cast<snnl::Type>(Int(env, given.at[2]));
  call.op = static_cast<snnl::Op>(Int(env, given.at[3]));
  View(env, given.at[4], &call.data, &call.count);
  size_t length = 0;
  View(env, given.at[5], &call.out, &length);
  void* counts = nullptr;
  if (View(env, given.at[6], &counts, &length)) {
    const int32_t* first = static_cast<int32_t*>(counts);
    call.counts.assign(first, first + length);
  }
  call.root = Int(env, given.at[7]);
  call.source = Int(env, given.at[8]);
  call.limit = Double(env, given.at[9]);
  bool later = false;
  napi_get_value_bool(env, given.at[10], &later);
  napi_ref arrays[2] = {nullptr, nullptr};
  const auto keep = [&](napi_ref* references) {
    for (int i = 0; i < 2; i++) {
      bool is = false;
      napi_is_typedarray(env, given.at[4 + i], &is);
      if (is) napi_create_reference(env, given.at[4 + i], 1, &references[i]);
    }
  };
  if (!later) {
    AwaitJobs();
    const std::string problem = state.engine->Run(call);
    // The library may still read and write them.
    if (state.engine->abandoned) keep(arrays);
    return problem.empty() ? nullptr : Throw(env, problem);
  }
  Job* job = new Job;
  job->call = std::move(call);
  keep(job->arrays);
  napi_value promise;
  napi_create_promise(env, &job->deferred, &promise);
  if (state.unsettled++ == 0) napi_ref_threadsafe_function(env, state.settle);
  {
    std::lock_guard<std::mutex> hold(state.lock);
    state.pending++;
    state.queue.push_back(job);
  }
  state.turn.notify_all();
  return promise;
}

// split(comm, color, limit): the id of the new communicator.
napi_value Split(napi_env env, napi_callback_info info) {
  Arguments<3> given(env, info);
  AwaitJobs();
  int id = -1;
  const std::string problem = state.engine->Split(Int(env, given.at[0]), Int(env, given.at[1]),
                                                  Double(env, given.at[2]), &id);
  return problem.empty() ? Number(env, id) : Throw(env, problem);
}

napi_value Rank(napi_env env, napi_callback_info info) {
  return Number(env, state.engine->Rank(Int(env, Arguments<1>(env, info).at[0])));
}

napi_value Size(napi_env env, napi_callback_info info) {
  return Number(env, state.engine->Size(Int(env, Arguments<1>(env, info).at[0])));
}

// finish(limit)
napi_value Finish(napi_env env, napi_callback_info info) {
  AwaitJobs();
  const std::string problem = state.engine->Finish(Double(env, Arguments<1>(env, info).at[0]));
  return problem.empty() ? nullptr : Throw(env, problem);
}

napi_value Abort(napi_env env, napi_callback_info info) {
  state.engine->Abort(Int(env, Arguments<1>(env, info).at[0]));
  return nullptr;
}

napi_value Exports(napi_env env, napi_value exports) {
  const struct {
    const char* name;
    napi_callback function;
  } all[] = {{"open", Open}, {"start", Start}, {"run", Run},       {"split", Split},
             {"rank", Rank}, {"size", Size},   {"finish", Finish}, {"abort", Abort}};
  for (const auto& each : all) {
    napi_value function;
    napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.function, nullptr, &function);
    napi_set_named_property(env, exports, each.name, function);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(snnl_parallel, Exports)
