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

// Hands out memory in turn, each piece at a multiple of 64 bytes. Without memory it only counts, and leaves
// the pointers as they are.
class Pieces {
 public:
  explicit Pieces(void* memory) : memory_(static_cast<char*>(memory)) {}
  template <class T>
  void take(T*& piece, int64_t count) {
    if (memory_) piece = reinterpret_cast<T*>(memory_ + bytes_);
    bytes_ += (static_cast<size_t>(count) * sizeof(T) + 63) / 64 * 64;
  }
  size_t bytes() const { return bytes_; }

 private:
  char* memory_;
  size_t bytes_ = 0;
};

}  // namespace snnl
