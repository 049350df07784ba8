// Memory layout shared by the drivers and the kernels of each instruction set.
//
// A set (the anchors, or the candidates that are not anchors) is cut into blocks of kBlock rows.
// Arrays with one entry a row hold kBlock entries a block. Rows are sorted by class, so that most
// pairs of blocks share no class at all.
#pragma once
#include <cstdint>

namespace snnl {

// Rows of a block: a multiple of each side of every register tile (12 x 32, 6 x 16, 4 x 8).
constexpr int kBlock = 96;
// Features of a panel.
constexpr int kPanel = 32;
// Half distance of a pair that does not count. Half distances of pairs that do are below 2^100:
// features are scaled so that they are at most 2^42.
constexpr float kNoPair = 0x1p120f;
// log2(e) / T is kept within these bounds: kNoPair times the least is a power that is 0.
constexpr double kLeastScale = 0x1p-112, kGreatestScale = 0x1p126;

enum Kinds { kDifferent = 1, kSame = 2 };

// Least half distance, sum of 2^((least - h) scale), and the same weighted by h; [rows] each.
struct Sums {
  float *least, *sum, *weighted;
};

// What a row weighs its pairs by: of all pairs, and of those of its class.
enum Weights { kUpstream, kNearest, kRelative, kWeights };

struct Set {
  int64_t count = 0;
  int64_t blocks = 0;
  const float* raw = nullptr;     // [*, d], as the caller gave it
  int32_t* order = nullptr;       // [rows]: row of `raw` at each sorted place
  int32_t* classes = nullptr;     // [rows], never falling
  float* columns = nullptr;       // [blocks][d][kBlock], centred: operands of distances
  float* panels = nullptr;        // [blocks][panels][kBlock][kPanel], centred: operand of G z
  float* half_norms = nullptr;    // [rows]: |x|^2 / 2; kNoPair beyond the last row
  uint8_t* bad = nullptr;         // [rows]: 1 where a feature, or the squared norm, is not finite
  Sums sums[2] = {};              // pairs of different class, of the same class
  // [rows] each, for a and for b: upstream gradient divided by the largest of all; nearest distance,
  // as the caller gave it; relative log-sum times -log2(e).
  float* weights[2][kWeights] = {};

  int rows_in(int64_t block) const {
    const int64_t rest = count - block * kBlock;
    return static_cast<int>(rest < kBlock ? rest : kBlock);
  }
};

struct Job {
  int64_t features = 0;
  int64_t panels = 0;  // features / kPanel, rounded up
  Set anchors, others;
  bool symmetric = false;    // whether each pair of anchors is worked off once, for both
  float scale = 0;           // 2 log2(e) / T: a half distance times this is a power of two
  float feature_scale = 1;   // power of two by which features are multiplied
  float* center = nullptr;   // [d]: mean candidate
  int32_t* excluded = nullptr;  // [anchors]: place among `others` of the anchor's own sample, or -1
  float* product = nullptr;  // [blocks][panels][kBlock][kPanel]: G z
  float* row_sums = nullptr; // [anchors]: sum_j G_ij
  // Half distances of each pair of blocks of anchors, I <= J, and the least of each pair, where there
  // is room for them: forward writes them, backward reads them where `known`.
  float* tiles = nullptr;    // [pairs][kBlock][kBlock]
  float* leasts = nullptr;   // [pairs]
  bool known = false;

  int64_t pair(int64_t I, int64_t J) const { return I * (2 * anchors.blocks - I - 1) / 2 + J; }
  int64_t columns_size() const { return features * kBlock; }
  int64_t panels_size() const { return panels * kBlock * kPanel; }
};

// Statistics of the rows or the columns of one tile, for both kinds of pairs.
struct TileStats {
  alignas(64) float least[2][kBlock];
  alignas(64) float sum[2][kBlock];
  alignas(64) float weighted[2][kBlock];
};

// Weights of the rows or the columns of one tile, relative to its least half distance.
struct TileWeights {
  alignas(64) float nearest[2][kBlock];  // half distances: references of a and of b
  // G of a pair at that distance, of different class and of the same, and the largest of the
  // weights p and q that it is made of.
  alignas(64) float weight[2][kBlock];
  alignas(64) float largest[2][kBlock];
};

// What one thread works with.
struct Scratch {
  alignas(64) float tile[kBlock * kBlock];   // half distances, later G
  alignas(64) float same[kBlock * kBlock];   // the same-class ones of a tile that holds both kinds
  alignas(64) float lanes[3 * kBlock * 16];  // sums of rows, one for each lane
  TileStats rows, columns;
  alignas(64) float row_totals[kBlock], column_totals[kBlock];  // of G
  alignas(64) float column_most[2][kBlock];  // largest exponential, of all pairs and of the class
  TileWeights row_weights, column_weights;
  int kinds;  // of pairs in the tile
};

struct BatchJob;   // batch.h
struct RowFinish;

// Functions of one instruction set. Blocks I are of the anchors, blocks J of `columns`.
struct Kernels {
  const char* name;
  // Adds `rows` rows of x to sums [d], and takes their absolute values into most [d].
  void (*sum_rows)(const float* x, int64_t rows, int64_t d, float* sums, float* most);
  // Columns of one block, and panels where `set` has them.
  void (*pack)(const Job&, const Set&, int64_t block);
  void (*pack_panels)(const Job&, const Set&, int64_t block, float* panels);
  // Sums of one pair of blocks, left in scratch for merge_pair.
  void (*sum_pair)(const Job&, int64_t I, const Set& columns, int64_t J, Scratch&);
  void (*merge_pair)(const Job&, int64_t I, const Set& columns, int64_t J, Scratch&);
  // G of one pair of blocks but for the factor -1/T, left in scratch for apply_pair.
  void (*weigh_pair)(const Job&, int64_t I, const Set& columns, int64_t J, Scratch&);
  // Adds G z to the product of block I, and G^T x to that of block J where that holds anchors.
  void (*apply_pair)(const Job&, int64_t I, const Set& columns, int64_t J, Scratch&);
  // out [d] = factor (x total - product), with x and product one row of a block's panels.
  void (*write_row)(const float* x, const float* product, float total, double factor, int64_t d,
                    float* out);
  // Rows of length 1, with sums in float64: u = x / |x|, 0 for a row of zeros, NaN for one that is
  // not finite; x and u are [rows, d]. dy is not read.
  void (*unit_rows)(const float* x, const float* dy, float* u, int64_t rows, int64_t d);
  // dx = (dy - u (u . dy)) / |x|
  void (*unit_rows_grad)(const float* x, const float* dy, float* dx, int64_t rows, int64_t d);
  // out[k] = 2^x[k], as the kernels compute it: for tests. count is a multiple of 16.
  void (*exp2)(const float* x, int64_t count, float* out);
  // Of a small batch against itself, see batch-inl.h.
  void (*unit_factors)(const BatchJob&, const float* x, int64_t at, float* sums);
  void (*place_columns)(const BatchJob&, int64_t block, int64_t from, int64_t count, float* columns);
  void (*multiply_columns)(const float* x, int rows, const float* z, int columns, int64_t count, bool first,
                           float* tile);
  void (*sum_batch_pair)(const BatchJob&, int64_t I, int64_t J, Scratch&);
  void (*merge_side)(const Job&, const Set&, int64_t block, const TileStats&, int kinds);
  void (*weigh_batch_pair)(const BatchJob&, int64_t I, int64_t J, Scratch&);
  void (*write_batch_panel)(const BatchJob&, int64_t panel, const RowFinish*, float* z, float* grad);
};

extern const Kernels kPortableKernels;
#if defined(__x86_64__) || defined(_M_X64)
#define SNNL_X86 1
extern const Kernels kAvx2Kernels;
extern const Kernels kAvx512Kernels;
#endif

// The best set that this processor has, but none better than the one that SNNL_CPU_ISA names.
const Kernels& kernels();

}  // namespace snnl
