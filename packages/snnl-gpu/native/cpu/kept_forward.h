// What a forward call leaves for the backward call on the same features and labels: the half distances
// of a batch against itself, and what tells that batch from another. It lies in the memory that the next
// call takes (workspace.h).
#pragma once
#include <cstdint>

#include "kernel_api.h"
#include "layout.h"
#include "workspace.h"

namespace snnl {

class KeptForward {
 public:
  // The first pieces of the memory: where the record lies may not depend on the problem that it is
  // compared with.
  void place(Pieces& pieces, Job& job, int64_t n);

  // Forward: what another call is compared with, one block at a time.
  void record(const Problem&, const Job&, int64_t block);

  // Backward: whether this is the forward pass of this very problem, whatever its temperature: its labels,
  // and panels to the last bit. Gives the job the scale of its features, and clears what products are added
  // to on the way. Only for memory in which a forward pass left its record.
  bool is_of(const Problem&, Job&, int threads) const;

 private:
  struct Record {
    int64_t n, d;
    float feature_scale;
  };
  Record* record_ = nullptr;
  int32_t* labels_ = nullptr;  // [n]
};

// Clears what the products of a block are added to.
void clear_product(const Job&, int64_t block);

}  // namespace snnl
