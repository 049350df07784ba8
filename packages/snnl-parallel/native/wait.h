// Waiting for other processes: politely, not for ever, and open to signals.
#pragma once

#include <functional>
#include <string>

namespace snnl {

// Asks `done` until it says 1, a signal comes that JavaScript listens to, or `limit` seconds (0: no
// limit) are over. `done` says -1 on an error of its own. Returns why the wait ended early, or nothing.
//
// Turns come fast at first, as answers within a machine do; then each gives its core to another
// process, as there may be more ranks than cores; in the end it naps.
std::string WaitFor(const std::function<int()>& done, double limit);

}  // namespace snnl
