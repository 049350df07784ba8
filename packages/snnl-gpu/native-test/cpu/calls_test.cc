// What one call has to do with another: its threads, its memory, calls at the same time.
#include <atomic>
#include <thread>

#include "tests.h"

void test_same_bits(int64_t n) {
  for (const Kind kind : {Kind::kSelf, Kind::kMemory, Kind::kDisjoint}) {
    const Case c = draw({n, 70, 6, kind, 8});
    const std::vector<float> sums = forward(c, 1);
    const Upstream u = draw_upstream(c, sums);
    const std::vector<float> gradient = backward(c, u, 1);
    for (int threads = 1; threads <= 4; threads++) {
      const std::vector<float> again = forward(c, threads), grad = backward(c, u, threads);
      const std::string what = name_of(kind) + std::string(", threads ") + std::to_string(threads);
      check(same_bits(sums, again), "bits of sums: " + what);
      check(same_bits(gradient, grad), "bits of grad: " + what);
    }
  }
}

// What a forward call leaves serves the backward call on the same batch, and no other.
void test_kept_forward(int64_t n) {
  const Case c = draw({n, 70, 6, Kind::kSelf, 8}), other = draw({n, 70, 6, Kind::kSelf, 8}, 5);
  const Upstream u = draw_upstream(c, forward(c));
  const auto expect = [&](const Case& changed, const std::string& what) {
    forward(other);
    const std::vector<float> fresh = backward(changed, u);
    forward(c);
    check(same_bits(fresh, backward(changed, u)), "backward after forward: " + what);
    check(same_bits(fresh, backward(changed, u)), "backward again: " + what);
  };
  expect(c, "the same batch");
  for (const int64_t place : {int64_t{0}, n * c.d - 1}) {
    Case changed = c;
    changed.anchors[place] += 1;
    changed.candidates[place] += 1;
    expect(changed, "a feature changed");
  }
  // Features so large that they are scaled down, left by another layer with the same labels.
  forward(draw({n, 70, 6, Kind::kSelf, 8, 1, 4e19f}));
  const std::vector<float> after_large = backward(c, u);
  forward(other);
  check(same_bits(backward(c, u), after_large), "backward after forward: another batch, scaled");
  Case changed = c;
  changed.anchor_labels[n - 1] += 7;
  changed.candidate_labels = changed.anchor_labels;
  expect(changed, "a label changed");
  changed = c;
  changed.temperature = 3;
  expect(changed, "the temperature changed");
  changed = draw({n - 1, 70, 6, Kind::kSelf, 8});
  const Upstream less = draw_upstream(changed, forward(changed));
  forward(other);
  const std::vector<float> fresh = backward(changed, less);
  forward(c);
  check(same_bits(fresh, backward(changed, less)), "backward after forward: fewer samples");
}

// Several threads call at once, as worker threads of Node do.
void test_callers(int64_t n) {
  constexpr int kCallers = 3;
  std::vector<std::thread> callers;
  std::atomic<int> good{0};
  for (int caller = 0; caller < kCallers; caller++) {
    callers.emplace_back([&, caller] {
      const Case c = draw({n + caller, 70, 6, Kind::kSelf, 8}, 10 + caller);
      const std::vector<float> sums = forward(c, 1);
      const Upstream u = draw_upstream(c, sums);
      const std::vector<float> gradient = backward(c, u, 1);
      bool same = true;
      for (int round = 0; round < 8; round++) {
        same = same && same_bits(sums, forward(c, 1 + round % 4));
        same = same && same_bits(gradient, backward(c, u, 1 + round % 3));
      }
      good += same;
    });
  }
  for (std::thread& caller : callers) caller.join();
  check(good == kCallers, "several callers at once");
}
