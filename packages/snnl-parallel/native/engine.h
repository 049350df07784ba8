// What the addon asks of an MPI, whichever it is. Knows neither Node nor MPI's header.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace snnl {

// The order of these three is that of src/native.ts.
enum Kind { kBarrier, kAllReduce, kAllGather, kBroadcast, kExchange, kSplit, kClose };
enum Type { kFloat32, kFloat64, kInt32, kTypes };
enum Op { kSum, kMin, kMax, kOps };

// A collective call. All ranks of a communicator make the same ones in the same order.
struct Call {
  Kind kind = kBarrier;
  int comm = 0;
  Type type = kFloat32;
  Op op = kSum;
  // What this rank gives, and, where it is not taken in place, what it gets.
  void* data = nullptr;
  size_t count = 0;
  void* out = nullptr;
  // kAllGather: elements of each rank.
  std::vector<int> counts;
  // kBroadcast: who gives. kExchange: to whom, and from whom.
  int root = 0, source = 0;
  // Seconds; 0: no limit.
  double limit = 0;
};

class Engine {
 public:
  virtual ~Engine() = default;
  // Each returns what went wrong, or nothing.
  virtual std::string Start() = 0;
  // Checks that all ranks make the same call, and makes it.
  virtual std::string Run(const Call& call) = 0;
  // The ranks with the same color, in the order of their ranks; of the same machine if color is < 0.
  virtual std::string Split(int comm, int color, double limit, int* id) = 0;
  virtual std::string Finish(double limit) = 0;
  virtual int Rank(int comm) = 0;
  virtual int Size(int comm) = 0;
  virtual void Abort(int code) = 0;
  virtual std::string Abi() = 0;
  virtual std::string Version() = 0;
  // Whether an operation is still under way that nobody waits for: its memory must stay.
  bool abandoned = false;
};

// Opens a library and finds out whose handles it takes. Null, with the reason, where it is no MPI.
std::unique_ptr<Engine> OpenEngine(const std::string& path, std::string* reason);

}  // namespace snnl
