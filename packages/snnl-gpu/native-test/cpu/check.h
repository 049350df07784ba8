// Counts checks; prints those that fail.
#pragma once
#include <cstdio>
#include <string>

inline int passed = 0, failed = 0;

inline void check(bool good, const std::string& what) {
  (good ? passed : failed)++;
  if (!good) std::printf("FAILED: %s\n", what.c_str());
}
