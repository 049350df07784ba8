// A batch against itself that is small enough for all of its distances to stay in the cache, as in a
// training step. There the caches hold other things when a call starts, so what costs is memory: the
// forward pass reads the features twice and keeps half distances, the backward pass reads them once.
#pragma once
#include "layout.h"

namespace snnl {

// Anchors of a small batch.
constexpr int64_t kMostOfBatch = 512;
// Parts of the features whose products are added up on their own, whatever the number of threads.
constexpr int64_t kSlabs = 4;
// Features of a part that are packed at a time.
constexpr int64_t kDepth = 128;

struct BatchJob {
  Job job;  // of its memory: center, tiles, leasts, and of the anchors order, classes, sums, weights
  bool cosine = false;
  // [rows] each: a power of two, as the length of a row may be out of range where its features are not,
  // and what is left to be multiplied by, in two parts.
  float* factors[3] = {};
  float* norm_rests = nullptr;  // [rows]: |u|^2 / 2 less 1/2, of a row of length 1 or 0
  int64_t slabs = 0;            // in use
  float* products = nullptr;    // [slabs][pairs][kBlock][kBlock]: x.z over the features of a slab
  TileStats* stats = nullptr;   // [pairs][2]: of rows, of columns
  int* kinds = nullptr;         // [pairs]
  float* G = nullptr;           // [pairs][kBlock][kBlock]
  float* totals = nullptr;      // [pairs][2][kBlock]: sums of G over the rows, the columns of a pair
  float* along = nullptr;       // [pairs][2][kBlock]: the same of G (h - norm rest of the other)

  int64_t width() const { return job.anchors.blocks * kBlock; }
  int64_t slab_features() const {
    const int64_t least = (job.features + kSlabs - 1) / kSlabs;
    return (least + kPanel - 1) / kPanel * kPanel;
  }
};

// What the gradient of a row needs: factor (z (total - along) - along center - G z).
struct RowFinish {
  double factor, total, along;
};

}  // namespace snnl
