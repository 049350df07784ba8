// Threads that wait for work between calls, so that a call starts none: that costs some 30 us each.
#pragma once
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <vector>

namespace snnl {

class Team;

// One a process and copy of the binary. It is never destroyed and its threads never end, so a
// process may exit while they wait. They take part where they can: no caller waits for one that has
// not joined its team. A child of fork has none of them and works alone, unless it was forked in the
// moment in which one held the lock.
class Pool {
 public:
  static Pool& get();

  // Lets up to `wanted` threads join the team until it is withdrawn.
  void offer(Team& team, int wanted);
  // Who has joined by now stays; nobody else will.
  void withdraw(Team& team);

 private:
  struct Offer {
    Team* team;
    int wanted;
  };

  void start_missing();
  void serve();
  bool join_any(Team*& team, int& member);

  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<Offer> offers_;
  int threads_ = 0;
  std::atomic<uint32_t> offered_{0};  // changes with each offer
};

}  // namespace snnl
