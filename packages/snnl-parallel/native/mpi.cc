// One binary for every MPI: the library is opened at run time.
#include <dlfcn.h>

#include <map>

#include "abi.h"
#include "header.h"
#include "wait.h"

namespace snnl {
namespace {

template <class H>
class Mpi final : public Engine {
 public:
  Mpi(void* library, Table<H> table) : library_(library), table_(std::move(table)) {}

  std::string Start() override {
    int was = 0, provided = 0;
    Get<int(int*)>("MPI_Initialized")(&was);
    if (was) return "something else in this process has started MPI";
    int code = Get<int(int*, char***, int, int*)>("MPI_Init_thread")(nullptr, nullptr,
                                                                    table_.multiple, &provided);
    if (code) return Error(code);
    if (provided < table_.serialized) {
      return "the library allows MPI calls from one thread only (MPI_THREAD_SERIALIZED is needed)";
    }
    return Add(table_.world);
  }

  std::string Run(const Call& call) override {
    if (!ended_.empty()) return ended_;
    const uint64_t number = ++calls_[call.comm];
    const Header header = HeaderOf(call, number);
    std::string problem = Agree(call, header);
    if (!problem.empty()) return problem;
    H requests[2];
    int count = 1;
    const int code = Begin(call, requests, &count);
    if (code) return End(Place(call, header) + Error(code));
    for (int i = 0; i < count; i++) {
      problem = Wait(&requests[i], call, header);
      if (!problem.empty()) return problem;
    }
    return "";
  }

  std::string Split(int comm, int color, double limit, int* id) override {
    Call call;
    call.kind = kSplit;
    call.comm = comm;
    call.limit = limit;
    // What follows blocks: not before all are here.
    std::string problem = Run(call);
    if (!problem.empty()) return problem;
    H made;
    const H from = comms_[comm];
    const int code =
        color < 0
            ? Get<int(H, int, int, H, H*)>("MPI_Comm_split_type")(from, table_.machine, 0,
                                                                  table_.null_info, &made)
            : Get<int(H, int, int, H*)>("MPI_Comm_split")(from, color, 0, &made);
    if (code) return End(Error(code));
    *id = static_cast<int>(comms_.size());
    return Add(made);
  }

  std::string Finish(double limit) override {
    Call call;
    call.kind = kClose;
    call.limit = limit;
    std::string problem = Run(call);
    if (!problem.empty()) return problem;
    const int code = Get<int()>("MPI_Finalize")();
    ended_ = "the group is closed";
    return code ? Error(code) : "";
  }

  int Rank(int comm) override { return Ask("MPI_Comm_rank", comm); }
  int Size(int comm) override { return Ask("MPI_Comm_size", comm); }
  void Abort(int code) override { Get<int(H, int)>("MPI_Abort")(table_.world, code); }
  std::string Abi() override { return table_.abi; }
  std::string Version() override {
    std::vector<char> text(16384);
    int length = 0;
    Get<int(char*, int*)>("MPI_Get_library_version")(text.data(), &length);
    return std::string(text.data());
  }

 private:
  template <class F>
  F* Get(const char* name) {
    return reinterpret_cast<F*>(dlsym(library_, name));
  }

  int Ask(const char* name, int comm) {
    int value = -1;
    Get<int(H, int*)>(name)(comms_[comm], &value);
    return value;
  }

  std::string Error(int code) {
    std::vector<char> text(8192);
    int length = 0;
    Get<int(int, char*, int*)>("MPI_Error_string")(code, text.data(), &length);
    return std::string(text.data());
  }

  std::string Add(H comm) {
    const int code = Get<int(H, H)>("MPI_Comm_set_errhandler")(comm, table_.errors_return);
    if (code) return Error(code);
    comms_.push_back(comm);
    return "";
  }

  std::string Place(const Call& call, const Header& header) {
    return "rank " + std::to_string(Rank(call.comm)) + " of " + std::to_string(Size(call.comm)) +
           ", in " + Describe(header) + ": ";
  }

  // From now on the ranks no longer are at the same call.
  std::string End(const std::string& reason) {
    ended_ = reason;
    return reason;
  }

  std::string Wait(H* request, const Call& call, const Header& header) {
    auto* test = Get<int(H*, int*, void*)>("MPI_Test");
    int code = 0;
    const std::string early = WaitFor(
        [&] {
          int done = 0;
          code = test(request, &done, table_.no_status);
          return code ? -1 : done;
        },
        call.limit);
    if (early.empty()) return "";
    abandoned = code == 0;
    return End(Place(call, header) + (code ? Error(code) : early));
  }

  // Calls that do not match corrupt memory or wait for ever, so a small one of fixed size comes first.
  std::string Agree(const Call& call, const Header& header) {
    // Kept for ever if the wait ends early: the library may still write there.
    auto& both = *new std::array<double, 2 * kHeader>;
    for (int i = 0; i < kHeader; i++) {
      both[i] = header[i];
      both[kHeader + i] = -header[i];
    }
    H request;
    const H comm = comms_[call.comm], type = table_.types[kFloat64];
    int code = Get<int(const void*, void*, int, H, H, H, H*)>("MPI_Iallreduce")(
        table_.in_place, both.data(), 2 * kHeader, type, table_.ops[kMax], comm, &request);
    if (code) return End(Place(call, header) + Error(code));
    std::string problem = Wait(&request, call, header);
    if (!problem.empty()) return problem;
    bool equal = true;
    for (int i = 0; i < kHeader; i++) equal = equal && both[i] == -both[kHeader + i];
    delete &both;
    if (equal) return "";
    auto& all = *new std::vector<Header>(Size(call.comm));
    all[Rank(call.comm)] = header;
    code = Get<int(const void*, int, H, void*, int, H, H, H*)>("MPI_Iallgather")(
        table_.in_place, 0, type, all.data(), kHeader, type, comm, &request);
    if (code) return End(Place(call, header) + Error(code));
    problem = Wait(&request, call, header);
    if (!problem.empty()) return problem;
    problem = Mismatch(all);
    delete &all;
    return End(Place(call, header) + problem);
  }

  int Begin(const Call& call, H* requests, int* count) {
    const H comm = comms_[call.comm], type = table_.types[call.type];
    const int n = static_cast<int>(call.count);
    switch (call.kind) {
      case kAllReduce:
        return Get<int(const void*, void*, int, H, H, H, H*)>("MPI_Iallreduce")(
            table_.in_place, call.data, n, type, table_.ops[call.op], comm, requests);
      case kAllGather: {
        displacements_.assign(call.counts.size(), 0);
        for (size_t i = 1; i < call.counts.size(); i++) {
          displacements_[i] = displacements_[i - 1] + call.counts[i - 1];
        }
        counts_ = call.counts;
        return Get<int(const void*, int, H, void*, const int*, const int*, H, H, H*)>(
            "MPI_Iallgatherv")(call.data, n, type, call.out, counts_.data(), displacements_.data(),
                               type, comm, requests);
      }
      case kBroadcast:
        return Get<int(void*, int, H, int, H, H*)>("MPI_Ibcast")(call.data, n, type, call.root,
                                                                comm, requests);
      case kExchange: {
        constexpr int kTag = 7;
        const int code = Get<int(void*, int, H, int, int, H, H*)>("MPI_Irecv")(
            call.out, n, type, call.source, kTag, comm, &requests[0]);
        if (code) return code;
        *count = 2;
        return Get<int(const void*, int, H, int, int, H, H*)>("MPI_Isend")(
            call.data, n, type, call.root, kTag, comm, &requests[1]);
      }
      default:
        // Ranks have met when they agreed.
        *count = 0;
        return 0;
    }
  }

  void* library_;
  Table<H> table_;
  std::vector<H> comms_;
  std::map<int, uint64_t> calls_;
  // The library reads them until the call is done.
  std::vector<int> counts_, displacements_;
  // Why there are no more calls.
  std::string ended_;
};

}  // namespace

std::unique_ptr<Engine> OpenEngine(const std::string& path, std::string* reason) {
  // Global: Open MPI's own plug-ins look for its symbols.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    *reason = dlerror();
    return nullptr;
  }
  int major = -1, minor = -1;
  using AbiVersion = int(int*, int*);
  auto* version = reinterpret_cast<AbiVersion*>(dlsym(library, "MPI_Abi_get_version"));
  // Libraries with handles of their own have the function too, and say -1.
  if (version != nullptr && version(&major, &minor) == 0 && major >= 1) {
    return std::make_unique<Mpi<void*>>(library, StandardTable());
  }
  if (dlsym(library, "ompi_mpi_comm_world") != nullptr) {
    return std::make_unique<Mpi<void*>>(library, OpenMpiTable(library));
  }
  if (dlsym(library, "MPI_Init_thread") != nullptr) {
    return std::make_unique<Mpi<int>>(library, MpichTable());
  }
  *reason = path + " is no MPI library";
  return nullptr;
}

}  // namespace snnl
