// Threads that live for one call: none is left behind, so nothing to stop at exit or after a fork.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace snnl {

// Results too small for float32 become 0 while this lives: they would cost some 150 cycles each.
class FlushToZero {
 public:
#if defined(__x86_64__) || defined(_M_X64)
  FlushToZero() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8000); }
  ~FlushToZero() { _mm_setcsr(before_); }

 private:
  unsigned before_;
#endif
};

// Waits for `ready`, first busily: what it waits for is a fraction of a millisecond away.
template <class Ready>
void wait_until(const Ready& ready) {
  for (int spins = 0; !ready(); spins++) {
    if (spins < 2000) {
#if defined(__x86_64__) || defined(_M_X64)
      _mm_pause();
#endif
    } else {
      std::this_thread::yield();
    }
  }
}

class Team {
 public:
  // Runs work(member) on `size` threads, the caller's among them; on fewer where none can start.
  template <class Work>
  void run(int size, const Work& work) {
    std::vector<std::thread> helpers;
    std::atomic<int> started{0};
    try {
      helpers.reserve(size > 1 ? size - 1 : 0);
      for (int member = 1; member < size; member++) {
        helpers.emplace_back([this, member, &work, &started] {
          wait_until([&] { return started.load(std::memory_order_acquire) > 0; });
          const FlushToZero flush;
          work(member);
        });
      }
    } catch (...) {
    }
    size_ = static_cast<int>(helpers.size()) + 1;
    started.store(1, std::memory_order_release);
    {
      const FlushToZero flush;
      work(0);
    }
    for (std::thread& helper : helpers) helper.join();
  }

  // Members of the team; valid within work.
  int size() const { return size_; }

  // Waits until all members are here.
  void meet() {
    const int round = round_.load(std::memory_order_relaxed);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
      arrived_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    wait_until([&] { return round_.load(std::memory_order_acquire) != round; });
  }

 private:
  int size_ = 1;
  std::atomic<int> arrived_{0}, round_{0};
};

// Numbers 0 to count - 1, each given to one thread.
class Counter {
 public:
  explicit Counter(int64_t count) : count_(count) {}
  bool take(int64_t& k) { return (k = next_.fetch_add(1, std::memory_order_relaxed)) < count_; }

 private:
  std::atomic<int64_t> next_{0};
  const int64_t count_;
};

}  // namespace snnl
