#include "pool.h"

#include <algorithm>
#include <thread>

#include "team.h"

namespace snnl {
namespace {

// An idle thread looks for work this often before it sleeps, some 0.1 ms: a training step makes its
// calls one after the other, and to wake a thread takes half as long.
constexpr int kSpins = 2000;

constexpr int kMostThreads = 256;

}  // namespace

Pool& Pool::get() {
  static Pool* const pool = new Pool;
  return *pool;
}

void Pool::offer(Team& team, int wanted) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    offers_.push_back({&team, wanted});
    start_missing();
    offered_.fetch_add(1, std::memory_order_release);
  }
  // No more than can join: the others would only take the lock in turn.
  for (int k = 0; k < wanted; k++) more_.notify_one();
}

void Pool::withdraw(Team& team) {
  const std::lock_guard<std::mutex> lock(mutex_);
  offers_.erase(std::remove_if(offers_.begin(), offers_.end(),
                               [&](const Offer& offer) { return offer.team == &team; }),
                offers_.end());
}

// With fewer threads than wanted, or none, the work is done all the same.
void Pool::start_missing() {
  int wanted = 0;
  for (const Offer& offer : offers_) wanted += offer.wanted;
  try {
    for (; threads_ < std::min(wanted, kMostThreads); threads_++) {
      std::thread([this] { serve(); }).detach();
    }
  } catch (...) {
  }
}

bool Pool::join_any(Team*& team, int& member) {
  for (const Offer& offer : offers_) {
    member = offer.team->join();
    if (member < 0) continue;
    team = offer.team;
    return true;
  }
  return false;
}

void Pool::serve() {
  for (;;) {
    Team* team = nullptr;
    int member = 0;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      uint32_t seen = offered_.load(std::memory_order_relaxed);
      while (!join_any(team, member)) {
        lock.unlock();
        for (int spins = 0; spins < kSpins && offered_.load(std::memory_order_acquire) == seen; spins++) {
          relax();
        }
        lock.lock();
        more_.wait(lock, [&] { return offered_.load(std::memory_order_relaxed) != seen; });
        seen = offered_.load(std::memory_order_relaxed);
      }
    }
    team->help(member);
  }
}

}  // namespace snnl
