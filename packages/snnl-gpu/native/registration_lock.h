#pragma once
#include <mutex>
namespace snnl {

// Held while ops are registered. Excludes other threads, and other copies of this library in the
// process by a lock on the file of libtensorflow, which all of them can name. Where that file cannot be
// locked (some network file systems) only threads of this copy are excluded.
class RegistrationLock {
 public:
  // `address_inside`: of any function of libtensorflow.
  explicit RegistrationLock(const void* address_inside);
  ~RegistrationLock();
  RegistrationLock(const RegistrationLock&) = delete;
  RegistrationLock& operator=(const RegistrationLock&) = delete;

 private:
  static std::mutex mutex_;
  std::lock_guard<std::mutex> guard_;
  int file_;
};

}  // namespace snnl
