#include "registration_lock.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace snnl {
namespace {

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
  while (file_ >= 0 && flock(file_, LOCK_EX) != 0 && errno == EINTR) {
  }
}

RegistrationLock::~RegistrationLock() {
  // Closing gives the lock back.
  if (file_ >= 0) close(file_);
}

}  // namespace snnl
