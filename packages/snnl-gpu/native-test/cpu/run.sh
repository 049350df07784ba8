#!/bin/sh
# Builds the CPU kernels with g++ (or $CXX) and tests each instruction set that this processor has,
# then once more under sanitizers. Prints `N passed, N failed`.
set -u
cd "$(dirname "$0")"
build=${BUILD_DIR:-$(mktemp -d)}
trap '[ -n "${BUILD_DIR:-}" ] || rm -rf "$build"' EXIT
native=../../native
cxx="${CXX:-g++} -std=c++17 -Wall -Wextra -pthread -I$native"
passed=0
failed=0

compile() { # NAME FLAGS...
  name=$1
  shift
  mkdir -p "$build/$name"
  objects=
  for source in "$native"/cpu/*.cc *.cc; do
    object=$build/$name/$(basename "$source" .cc).o
    $cxx "$@" -c "$source" -o "$object" &
    objects="$objects $object"
  done
  wait
  # shellcheck disable=SC2086
  $cxx "$@" $objects -o "$build/$name/test" || { failed=$((failed + 1)); return 1; }
}

run() { # NAME ISA
  echo "== $1, $2"
  output=$(SNNL_CPU_ISA=$2 "$build/$1/test" 2>&1)
  status=$?
  echo "$output" | tail -n 20
  counts=$(echo "$output" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p')
  if [ -z "$counts" ]; then
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  # A sanitizer's report without a failed check counts as one.
  if [ "$status" -ne 0 ] && [ "${counts#* }" -eq 0 ]; then failed=$((failed + 1)); fi
}

isas=portable
for isa in avx2 avx512; do
  [ ! -r /proc/cpuinfo ] || ! grep -q "${isa}f\\?\\b" /proc/cpuinfo || isas="$isas $isa"
done

compile plain -O3 && for isa in $isas; do run plain "$isa"; done
# Sanitized runs take the smaller shapes, and leave values to those above.
# -g1: lines for the reports; following variables too takes longer than compiling.
export SNNL_TEST=small
compile address -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=undefined &&
  for isa in $isas; do run address "$isa"; done
export SNNL_TEST=threads
compile thread -O2 -g1 -fsanitize=thread && for isa in $isas; do run thread "$isa"; done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
