#pragma once
#include <cstdint>

#include "cuda/plan.h"

namespace emulator {

// In which order the threads of a block get their turn. Results must not depend on it.
enum class Order { kForward, kBackward, kShuffled };

// Runs one kernel. Gives "" or what is wrong with it: a barrier that not all threads reach.
std::string launch(const snnl::cuda::Launch& launch, Order order);

}  // namespace emulator
