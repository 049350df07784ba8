// The threads of one call: the caller, and those of the pool that find the time.
#pragma once
#include <atomic>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <thread>

#include "pool.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace snnl {

// What becomes of results too small for the normal numbers of float32 while this lives. Operands are
// taken as they are, whatever the caller's thread does with them.
class SmallResults {
 public:
  enum What : unsigned {
    kKept = 0,
    kZero = 0x8000,  // they would cost some 150 cycles each
  };
#if defined(__x86_64__) || defined(_M_X64)
  explicit SmallResults(What what) : before_(_mm_getcsr()) { _mm_setcsr((before_ & ~0x8040u) | what); }
  ~SmallResults() { _mm_setcsr(before_); }
  SmallResults(const SmallResults&) = delete;
  SmallResults& operator=(const SmallResults&) = delete;

 private:
  unsigned before_;
#else
  explicit SmallResults(What) {}
#endif
};

inline void relax() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_pause();
#endif
}

// Waits for `ready`, first busily: what it waits for is a fraction of a millisecond away.
template <class Ready>
void wait_until(const Ready& ready) {
  for (int spins = 0; !ready(); spins++) {
    if (spins < 2000) {
      relax();
    } else {
      std::this_thread::yield();
    }
  }
}

// Work in phases: each is run by all members, who wait for each other after it. Threads of the pool
// join at any phase, so phases hand out their work through counters.
class Team {
 public:
  using Phase = std::function<void(int member)>;

  // Runs the phases on up to `size` threads; the caller is member 0. Phases must not throw.
  static void run(int size, std::initializer_list<Phase> phases) {
    Team team(size, phases);
    if (size > 1) Pool::get().offer(team, size - 1);
    team.work(0, 0);
    if (size > 1) Pool::get().withdraw(team);
    const int helpers = members(team.state_.load(std::memory_order_acquire)) - 1;
    // A helper may still be reading the state of this team.
    wait_until([&] { return team.left_.load(std::memory_order_acquire) == helpers; });
  }

  // For the pool. Number of the new member, or -1 where there is no place or all is done.
  int join() {
    uint64_t state = state_.load(std::memory_order_acquire);
    for (;;) {
      if (members(state) == size_ || round(state) == count_) return -1;
      if (state_.compare_exchange_weak(state, state + kMember, std::memory_order_acq_rel)) {
        return members(state);
      }
    }
  }

  // For the pool, after it has joined; this may be gone when it returns.
  void help(int member) {
    work(member, round(state_.load(std::memory_order_acquire)));
    left_.fetch_add(1, std::memory_order_acq_rel);
  }

 private:
  // Fields of the state: members, members who wait for the end of the round, the round (phase).
  static constexpr uint64_t kWaiting = 1, kMember = uint64_t{1} << 16, kRound = uint64_t{1} << 32;
  static int waiting(uint64_t state) { return static_cast<int>(state & 0xffff); }
  static int members(uint64_t state) { return static_cast<int>(state >> 16 & 0xffff); }
  static int round(uint64_t state) { return static_cast<int>(state >> 32); }

  Team(int size, std::initializer_list<Phase> phases)
      : size_(size), phases_(phases.begin()), count_(static_cast<int>(phases.size())) {}

  void work(int member, int now) {
    const SmallResults small(SmallResults::kZero);
    while (now < count_) {
      phases_[now](member);
      now = meet(now);
    }
  }

  // Waits until all members are here; returns the next round.
  int meet(int now) {
    uint64_t state = state_.load(std::memory_order_acquire);
    for (;;) {
      const bool last = waiting(state) + 1 == members(state);
      const uint64_t next = last ? state - kWaiting * waiting(state) + kRound : state + kWaiting;
      if (!state_.compare_exchange_weak(state, next, std::memory_order_acq_rel)) continue;
      if (last) return now + 1;
      break;
    }
    wait_until([&] { return round(state_.load(std::memory_order_acquire)) != now; });
    return now + 1;
  }

  const int size_;
  const Phase* const phases_;
  const int count_;
  std::atomic<uint64_t> state_{kMember};
  std::atomic<int> left_{0};
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
