// Switching between stacks: by hand on x86-64, as swapcontext makes two system calls each time.
#pragma once
#include <cstddef>

namespace emulator {

#if defined(__x86_64__)

struct Context {
  void* stack_pointer = nullptr;
};

// Saves the registers that a call preserves, on the stack of `from`, and takes those of `to`.
extern "C" void emulator_switch(Context* from, Context* to);
asm(R"(
.text
.globl emulator_switch
.type emulator_switch, @function
emulator_switch:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq (%rsi), %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size emulator_switch, .-emulator_switch
)");

inline void switch_context(Context& from, Context& to) { emulator_switch(&from, &to); }

// Lets a switch to `context` call `entry`, which never returns.
inline void start_context(Context& context, char* stack, size_t bytes, void (*entry)()) {
  void** top = reinterpret_cast<void**>((reinterpret_cast<size_t>(stack) + bytes) & ~size_t{15});
  top[-1] = nullptr;  // entry's return address: it finds its stack as a call leaves it
  top[-2] = reinterpret_cast<void*>(entry);
  context.stack_pointer = top - 8;  // below it six registers, whatever they hold
}

#else
}  // namespace emulator
#include <ucontext.h>
namespace emulator {

struct Context {
  ucontext_t state;
};

inline void switch_context(Context& from, Context& to) { swapcontext(&from.state, &to.state); }

inline void start_context(Context& context, char* stack, size_t bytes, void (*entry)()) {
  getcontext(&context.state);
  context.state.uc_stack.ss_sp = stack;
  context.state.uc_stack.ss_size = bytes;
  context.state.uc_link = nullptr;
  makecontext(&context.state, entry, 0);
}

#endif

}  // namespace emulator
