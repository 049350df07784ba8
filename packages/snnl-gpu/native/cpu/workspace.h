// The memory of one call. A block is kept for the next one: a fresh one costs page faults and
// cleared pages, at a thousand rows as much time as the work itself.
#pragma once
#include <cstddef>

namespace snnl {

class Workspace {
 public:
  // At least `bytes`, aligned to 64, not cleared. Throws std::bad_alloc.
  explicit Workspace(size_t bytes);
  ~Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  char* data() const;

  struct Block;

 private:
  Block* block_;
};

}  // namespace snnl
