// What the ABIs of MPI differ in: the values of handles, and whether a handle is a pointer (Open MPI,
// and MPI 5's own) or an int (MPICH and its kin: Intel MPI, MVAPICH, Cray).
#pragma once

#include <dlfcn.h>

#include <cstdint>
#include <string>

#include "engine.h"

namespace snnl {

template <class H>
struct Table {
  std::string abi;
  H world, null_info, errors_return;
  H types[kTypes];
  H ops[kOps];
  void* in_place;
  void* no_status;
  int machine;
  int serialized, multiple;
};

inline void* Constant(uintptr_t value) { return reinterpret_cast<void*>(value); }

// Values of the mpi.h that MPI 5.0 prescribes for libmpi_abi.
inline Table<void*> StandardTable() {
  return {"mpi5",
          Constant(0x101),
          Constant(0x130),
          Constant(0x143),
          {Constant(0x210), Constant(0x214), Constant(0x250)},
          {Constant(0x21), Constant(0x22), Constant(0x23)},
          Constant(1),
          nullptr,
          221,
          2048,
          4096};
}

// Values of the ABI that MPICH 3.1 began and its kin share.
inline Table<int> MpichTable() {
  return {"mpich",
          0x44000000,
          0x1c000000,
          0x54000001,
          {0x4c00040a, 0x4c00080b, 0x4c000439},
          {0x58000003, 0x58000002, 0x58000001},
          Constant(UINTPTR_MAX),
          Constant(1),
          1,
          2,
          3};
}

// Open MPI's handles are the addresses of its own variables.
inline Table<void*> OpenMpiTable(void* library) {
  const auto at = [library](const char* name) { return dlsym(library, name); };
  return {"openmpi",
          at("ompi_mpi_comm_world"),
          at("ompi_mpi_info_null"),
          at("ompi_mpi_errors_return"),
          {at("ompi_mpi_float"), at("ompi_mpi_double"), at("ompi_mpi_int32_t")},
          {at("ompi_mpi_op_sum"), at("ompi_mpi_op_min"), at("ompi_mpi_op_max")},
          Constant(1),
          nullptr,
          0,
          2,
          3};
}

}  // namespace snnl
