// The memory of one call. A block is kept for the next one: a fresh one costs page faults and
// cleared pages, at a thousand rows as much time as the work itself.
#pragma once
#include <cstddef>
#include <cstdint>

namespace snnl {

class Workspace {
 public:
  // At least `bytes`, aligned to 64, not cleared. Throws std::bad_alloc.
  explicit Workspace(size_t bytes);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  char* data() const;

  // What the memory held when this took it: the number that the last owner left with `keep`, or 0.
  uint64_t found() const { return found_; }
  void keep(uint64_t what);

  // A larger block is not kept: 4096 x 512 features fit with their distances, 60 MB.
  static constexpr size_t kMostKept = size_t{1} << 26;

  struct Block;

 private:
  Block* block_;
  uint64_t found_ = 0;
};

}  // namespace snnl
