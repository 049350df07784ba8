#include "workspace.h"

#include <atomic>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace snnl {

// Stands at the start of the memory that it describes.
struct alignas(64) Workspace::Block {
  size_t bytes;   // after this
  uint64_t what;  // see Workspace::found
};

namespace {

constexpr size_t kHugePage = size_t{1} << 21;

// One block a process. Whoever takes it has it alone; a second call at the same time gets its own.
std::atomic<Workspace::Block*> kept{nullptr};

Workspace::Block* allocate(size_t bytes) {
  size_t total = bytes + sizeof(Workspace::Block);
  const size_t alignment = total >= kHugePage / 8 ? kHugePage : 64;
  total = (total + alignment - 1) / alignment * alignment;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, total) != 0) throw std::bad_alloc();
#if defined(__linux__)
  // Small pages would cost a fault for each 4 KiB.
  if (alignment == kHugePage) madvise(memory, total, MADV_HUGEPAGE);
#endif
  return new (memory) Workspace::Block{total - sizeof(Workspace::Block), 0};
}

}  // namespace

Workspace::Workspace(size_t bytes) : block_(kept.exchange(nullptr, std::memory_order_acq_rel)) {
  if (block_ && block_->bytes >= bytes) {
    found_ = block_->what;
    block_->what = 0;
    return;
  }
  free(block_);
  block_ = allocate(bytes);
}

void Workspace::keep(uint64_t what) { block_->what = what; }

Workspace::~Workspace() {
  if (block_->bytes <= kMostKept) block_ = kept.exchange(block_, std::memory_order_acq_rel);
  free(block_);
}

char* Workspace::data() const { return reinterpret_cast<char*>(block_ + 1); }

}  // namespace snnl
