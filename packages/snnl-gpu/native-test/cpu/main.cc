// Tests the CPU kernels on the instruction set that SNNL_CPU_ISA names.
#include <cstdlib>

#include "tests.h"

int main() {
  const char* wanted = std::getenv("SNNL_CPU_ISA");
  const std::string used = snnl::cpu_instruction_set();
  std::printf("instruction set: %s\n", used.c_str());
  if (wanted && used != wanted) std::printf("%s is not available here\n", wanted);
  // "small" leaves out what takes long under a sanitizer, "threads" all but the threads.
  const char* variable = std::getenv("SNNL_TEST");
  const std::string part = variable ? variable : "all";
  const bool all = part == "all";
  compares = all;
  if (part != "threads") {
    test_kernels(all);
    test_cross(all);
    test_special_inputs();
  }
  test_same_bits(all ? 1100 : 400);
  test_kept_forward(all ? 1100 : 500);
  test_batches(all);
  test_callers(all ? 1100 : 500);
  std::printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
