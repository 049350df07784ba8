// Order in which pairs of blocks are worked off. What a pair adds to a block is added in this
// order, whatever the number of threads, so that results are the same bit for bit.
#pragma once
#include <cstdint>
#include <vector>

namespace snnl {

struct Task {
  int32_t row, column;         // groups of blocks; columns of `others` where `other`
  bool other;
  int32_t row_turn, column_turn;  // tasks before this one that add to the same group
};

struct Schedule {
  int64_t group = 1;           // blocks of a group
  int64_t row_groups = 0;
  int64_t groups = 0;          // of anchors, then of others
  std::vector<Task> tasks;
};

// Pairs of anchor groups in rounds, each group once a round (the circle method for tournaments), so
// that threads at work at the same time seldom add to the same group; then anchors with others, in
// rounds too where the pairs add to both.
inline Schedule make_schedule(int64_t row_blocks, int64_t other_blocks, bool symmetric, bool cross) {
  Schedule schedule;
  // Two by two blocks use each block twice while it is in the cache; few groups leave threads idle.
  schedule.group = row_blocks >= (cross ? 16 : 32) ? 2 : 1;
  const auto groups = [&](int64_t blocks) { return (blocks + schedule.group - 1) / schedule.group; };
  const int64_t rows = schedule.row_groups = groups(row_blocks), others = groups(other_blocks);
  schedule.groups = rows + others;
  std::vector<int32_t> turns(schedule.groups, 0);
  const auto add = [&](int64_t p, int64_t q, bool other) {
    const auto row = static_cast<int32_t>(p), column = static_cast<int32_t>(q);
    Task task{row, column, other, turns[p]++, 0};
    if (other && cross) task.column_turn = turns[rows + q]++;
    if (!other && p != q) task.column_turn = turns[q]++;
    schedule.tasks.push_back(task);
  };
  if (symmetric) {
    const int64_t players = rows + rows % 2;
    for (int64_t round = 0; round + 1 < players; round++) {
      for (int64_t k = 0; k < players / 2; k++) {
        const auto seat = [&](int64_t s) { return s == 0 ? 0 : 1 + (s - 1 + round) % (players - 1); };
        const int64_t p = seat(k), q = seat(players - 1 - k);
        if (p < rows && q < rows) add(p < q ? p : q, p < q ? q : p, false);
      }
    }
    for (int64_t p = 0; p < rows; p++) add(p, p, false);
  }
  const int64_t longest = rows > others ? rows : others;
  for (int64_t round = 0; cross && round < longest; round++) {
    for (int64_t p = 0; p < rows; p++) {
      const int64_t q = (p + round) % longest;
      if (q < others) add(p, q, true);
    }
  }
  for (int64_t q = 0; !cross && q < others; q++) {
    for (int64_t p = 0; p < rows; p++) add(p, q, true);
  }
  return schedule;
}

}  // namespace snnl
