// What the ranks of a call must agree on: they exchange it before each call.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine.h"

namespace snnl {

// In numbers that an MPI_DOUBLE holds exactly: kind, type, elements, detail, number of the call.
constexpr int kHeader = 5;
using Header = std::array<double, kHeader>;

Header HeaderOf(const Call& call, uint64_t number);

// In words: `allReduce of 12 float32 (sum), call 7`.
std::string Describe(const Header& header);

// What is wrong with the headers of all ranks, which are not all the same.
std::string Mismatch(const std::vector<Header>& all);

}  // namespace snnl
