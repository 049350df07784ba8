#include "wait.h"

#include <sched.h>
#include <signal.h>
#include <time.h>

#include <chrono>

namespace snnl {
namespace {

// A signal that JavaScript listens to reaches it when the event loop turns, which it does not while
// this thread waits. So the handler of Node is chained: such a signal ends the wait, with an error, and
// the listener runs. Without a listener the system's action ends the process.
volatile sig_atomic_t signalled = 0;
const int kSignals[] = {SIGTERM, SIGINT};
struct sigaction chained[65];

void OnSignal(int number, siginfo_t* info, void* context) {
  signalled = number;
  const struct sigaction& next = chained[number];
  if (next.sa_flags & SA_SIGINFO) {
    next.sa_sigaction(number, info, context);
  } else if (next.sa_handler != SIG_DFL && next.sa_handler != SIG_IGN) {
    next.sa_handler(number);
  }
}

void ChainSignals() {
  for (int number : kSignals) {
    struct sigaction now;
    sigaction(number, nullptr, &now);
    const bool has_info = now.sa_flags & SA_SIGINFO;
    const bool ours = has_info && now.sa_sigaction == OnSignal;
    const bool none = !has_info && (now.sa_handler == SIG_DFL || now.sa_handler == SIG_IGN);
    if (ours || none) continue;
    chained[number] = now;
    struct sigaction mine = now;
    mine.sa_flags |= SA_SIGINFO;
    mine.sa_sigaction = OnSignal;
    sigaction(number, &mine, nullptr);
  }
}

constexpr int kFastTurns = 64;
constexpr int kPoliteTurns = 4096;
constexpr timespec kNap = {0, 50000};

}  // namespace

std::string WaitFor(const std::function<int()>& done, double limit) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  ChainSignals();
  signalled = 0;
  for (int turn = 0;; turn++) {
    const int state = done();
    if (state > 0) return "";
    if (state < 0) return "MPI reports an error";
    if (turn < kFastTurns) continue;
    if (signalled) {
      const int number = signalled;
      signalled = 0;
      return number == SIGTERM ? "SIGTERM came" : "SIGINT came";
    }
    const std::chrono::duration<double> waited = Clock::now() - start;
    if (limit > 0 && waited.count() > limit) {
      std::string seconds = std::to_string(limit);
      seconds.erase(seconds.find_last_not_of('0') + 1);
      if (seconds.back() == '.') seconds.pop_back();
      return "the other ranks did not come within " + seconds + " s (waitLimit)";
    }
    if (turn < kPoliteTurns) {
      sched_yield();
    } else {
      turn = kPoliteTurns;
      nanosleep(&kNap, nullptr);
    }
  }
}

}  // namespace snnl
