#include "gpu.h"
namespace snnl {
bool gpu_available() { return false; }
}
