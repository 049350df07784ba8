#include "registration_lock.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace snnl {
namespace {

// To register takes milliseconds. Longer, the lock is held by a stranger, or by a process that is
// stopped: going on without it can go wrong only where another copy registers at this moment.
constexpr std::chrono::seconds kLongest{10};

int open_tensorflow_file(const void* address_inside) {
  Dl_info info;
  if (dladdr(address_inside, &info) == 0 || info.dli_fname == nullptr) return -1;
  return open(info.dli_fname, O_RDONLY | O_CLOEXEC);
}

}  // namespace

std::mutex RegistrationLock::mutex_;

RegistrationLock::RegistrationLock(const void* address_inside)
    : guard_(mutex_), file_(open_tensorflow_file(address_inside)) {
  // Each copy opens the file itself, so that they exclude each other within one process too.
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (file_ >= 0 && flock(file_, LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || errno == EINTR) &&
         std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

RegistrationLock::~RegistrationLock() {
  // Closing gives the lock back.
  if (file_ >= 0) close(file_);
}

}  // namespace snnl
