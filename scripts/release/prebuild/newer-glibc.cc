// What the static libraries of a new gcc use of a glibc newer than the one the binary is for.
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdint>

extern "C" {

#if __GLIBC_PREREQ(2, 32)
// Whether there is one thread only, so that counters need no atomic instruction: Node has several.
char __libc_single_threaded = 0;
#endif

#if __GLIBC_PREREQ(2, 35)
namespace {

struct Search {
  uintptr_t address;
  dl_find_object* result;
};

int look_into(dl_phdr_info* info, size_t, void* data) {
  Search& search = *static_cast<Search*>(data);
  const ElfW(Phdr)* exceptions = nullptr;
  uintptr_t begin = UINTPTR_MAX, end = 0;
  bool inside = false;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    const uintptr_t from = info->dlpi_addr + header.p_vaddr, to = from + header.p_memsz;
    if (header.p_type == PT_GNU_EH_FRAME) exceptions = &header;
    if (header.p_type != PT_LOAD) continue;
    inside = inside || (search.address >= from && search.address < to);
    if (from < begin) begin = from;
    if (to > end) end = to;
  }
  if (!inside) return 0;
  if (exceptions == nullptr) return -1;
  search.result->dlfo_flags = 0;
  search.result->dlfo_map_start = reinterpret_cast<void*>(begin);
  search.result->dlfo_map_end = reinterpret_cast<void*>(end);
  search.result->dlfo_link_map = nullptr;
  search.result->dlfo_eh_frame = reinterpret_cast<void*>(info->dlpi_addr + exceptions->p_vaddr);
  return 1;
}

}  // namespace

// Where the tables for exceptions of the code at `address` are.
int _dl_find_object(void* address, dl_find_object* result) noexcept {
  Search search{reinterpret_cast<uintptr_t>(address), result};
  return dl_iterate_phdr(look_into, &search) == 1 ? 0 : -1;
}
#endif

#if __GLIBC_PREREQ(2, 36)
// For std::random_device, which nothing here uses.
uint32_t arc4random() noexcept {
  uint32_t bits = 0;
  if (getentropy(&bits, sizeof bits) != 0) abort();
  return bits;
}
#endif

#if __GLIBC_PREREQ(2, 38)
// The headers rename these two; the older functions differ in that 0b1 is no number to them.
long older_strtol(const char*, char**, int) __asm__("strtol");
unsigned long older_strtoul(const char*, char**, int) __asm__("strtoul");
long new_strtol(const char* text, char** end, int base) __asm__("__isoc23_strtol");
unsigned long new_strtoul(const char* text, char** end, int base) __asm__("__isoc23_strtoul");
long new_strtol(const char* text, char** end, int base) { return older_strtol(text, end, base); }
unsigned long new_strtoul(const char* text, char** end, int base) { return older_strtoul(text, end, base); }
#endif
}
