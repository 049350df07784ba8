#include "emulator.h"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

#include "device.h"
#include "fiber.h"

#define SNNL_DECLARE(name, constant, blocks, floats, call) extern "C" void snnl_##name(const snnl::cuda::Args&);
SNNL_CUDA_KERNELS(SNNL_DECLARE)
SNNL_CUDA_TENSOR_KERNELS(SNNL_DECLARE)
#undef SNNL_DECLARE

Index3 threadIdx, blockIdx;

namespace emulator {

namespace {

using Function = void (*)(const snnl::cuda::Args&);
#define SNNL_FUNCTION(name, constant, blocks, floats, call) snnl_##name,
constexpr Function functions[] = {SNNL_CUDA_KERNELS(SNNL_FUNCTION) SNNL_CUDA_TENSOR_KERNELS(SNNL_FUNCTION)};
#undef SNNL_FUNCTION

constexpr int kThreads = snnl::cuda::kThreads, kWarps = kThreads / 32;
constexpr size_t kStackBytes = 64 << 10;

struct Copy {
  float* to;
  const float* from;
  bool valid;
};

struct Fiber {
  Context context;
  // Not cleared: most of it is never used.
  std::unique_ptr<char[]> stack{new char[kStackBytes]};
  bool done = false;
  unsigned collectives = 0;
  std::vector<std::vector<Copy>> groups;  // committed copies, oldest first
  std::vector<Copy> open;
};

struct Barrier {
  int arrived = 0;
  unsigned generation = 0;
};

struct Warp {
  Barrier barrier;
  alignas(16) char slots[2][32 * 32];
};

Fiber fibers[kThreads];
Warp warps[kWarps];
Barrier block;
Context scheduler;
const int* order;  // in which the threads get their turns
int turn;
int current;
int finished;
bool progress;
float* shared;
Function function;
const snnl::cuda::Args* arguments;

// Goes on with the next fiber that is not done or, at the end of a round, with the scheduler.
void pass_turn(Context& from) {
  while (++turn < kThreads) {
    if (fibers[order[turn]].done) continue;
    current = order[turn];
    threadIdx = {static_cast<unsigned>(current), 0, 0};
    return switch_context(from, fibers[current].context);
  }
  switch_context(from, scheduler);
}

void wait(Barrier& barrier, int count) {
  progress = true;
  if (++barrier.arrived == count) {
    barrier.arrived = 0;
    barrier.generation++;
    return;
  }
  const unsigned generation = barrier.generation;
  while (barrier.generation == generation) pass_turn(fibers[current].context);
}

void run_fiber() {
  function(*arguments);
  fibers[current].done = true;
  finished++;
  progress = true;
  pass_turn(fibers[current].context);
}

void perform(const std::vector<Copy>& copies) {
  for (const Copy& copy : copies) {
    if (copy.valid) {
      std::memcpy(copy.to, copy.from, 16);
    } else {
      std::memset(copy.to, 0, 16);
    }
  }
}

// Gives every fiber its turn until all are done. False if none can go on.
bool run_block() {
  for (Fiber& fiber : fibers) {
    start_context(fiber.context, fiber.stack.get(), kStackBytes, run_fiber);
    fiber.done = false;
    fiber.collectives = 0;
    fiber.groups.clear();
    fiber.open.clear();
  }
  for (Warp& warp : warps) warp.barrier = {};
  block = {};
  finished = 0;
  do {
    progress = false;
    turn = -1;
    pass_turn(scheduler);
  } while (progress && finished < kThreads);
  return progress;
}

}  // namespace

float* shared_memory() { return shared; }
void block_barrier() { wait(block, kThreads); }
void warp_barrier() { wait(warps[current / 32].barrier, 32); }

char* warp_slots() { return warps[current / 32].slots[fibers[current].collectives++ % 2]; }

void copy_async(float* to, const float* from, bool valid) {
  // A device faults on such addresses.
  if (reinterpret_cast<size_t>(to) % 16 != 0 || reinterpret_cast<size_t>(from) % 16 != 0) std::abort();
  fibers[current].open.push_back({to, from, valid});
}

void commit_copies() {
  Fiber& fiber = fibers[current];
  fiber.groups.push_back(std::move(fiber.open));
  fiber.open.clear();
}

void await_copies(int pending) {
  std::vector<std::vector<Copy>>& groups = fibers[current].groups;
  while (static_cast<int>(groups.size()) > pending) {
    perform(groups.front());
    groups.erase(groups.begin());
  }
}

std::string launch(const snnl::cuda::Launch& launch, Order wanted) {
  std::vector<int> threads(kThreads);
  order = threads.data();
  std::iota(threads.begin(), threads.end(), 0);
  std::mt19937 random(1);
  if (wanted == Order::kBackward) std::reverse(threads.begin(), threads.end());
  // Of exactly the size that the kernel is launched with, so that a sanitizer sees what is beyond;
  // with NaN in it, so that nothing that was not written counts.
  const size_t floats = snnl::cuda::shared_bytes(launch.kernel) / sizeof(float);
  shared = static_cast<float*>(std::aligned_alloc(16, std::max<size_t>(floats * sizeof(float), 16)));
  function = functions[static_cast<int>(launch.kernel)];
  arguments = &launch.args;
  std::string error;
  for (unsigned z = 0; z < launch.grid_z; z++) {
    for (unsigned y = 0; y < launch.grid_y; y++) {
      for (unsigned x = 0; x < launch.grid_x; x++) {
        blockIdx = {x, y, z};
        std::fill(shared, shared + floats, std::nanf(""));
        if (wanted == Order::kShuffled) std::shuffle(threads.begin(), threads.end(), random);
        if (error.empty() && !run_block()) {
          error = std::string(kernel_name(launch.kernel)) + ": a barrier that not all threads reach";
        }
      }
    }
  }
  std::free(shared);
  return error;
}

}  // namespace emulator
