#!/usr/bin/env bash
# Builds libsnnl_cuda.so beside this file: needs nvcc, Node and a C++ compiler.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
cuda=../../../packages/snnl-gpu/native/cuda
node "$cuda/build.mjs"
"${CXX:-c++}" -std=c++17 -O2 -fPIC -shared -o libsnnl_cuda.so c_api.cc "$cuda"/{launcher,driver,plan,fatbin.generated}.cc -ldl
