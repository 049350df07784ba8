#!/bin/sh
# Builds and runs the benchmark of the CPU kernels: run.sh [threads] [N D T]...
set -eu
cd "$(dirname "$0")"
build=$(mktemp -d)
trap 'rm -rf "$build"' EXIT
${CXX:-g++} -std=c++17 -O3 -pthread -I../../native bench.cc ../../native/cpu/*.cc -o "$build/bench"
"$build/bench" "$@"
