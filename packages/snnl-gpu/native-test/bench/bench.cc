// Times the kernels beside the peak of fused multiply-add of the machine.
//   bench [threads] [N D T]...    T: temperature; rows of norm 1 where T > 0, N(0, 1) where T < 0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <thread>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <sys/resource.h>
#include <time.h>
#endif

#include "cpu/kernel_api.h"
#include "peak.h"

namespace {

double wall() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Seconds of all threads of this process.
double cpu() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) { return double(t.tv_sec) + double(t.tv_usec) * 1e-6; };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Times {
  double wall = 1e9;  // of the quickest run
  double cpu = 0;     // of all threads, mean: the system counts that of other threads in ticks
};

// Runs `prepare` and `run` in turn for some time; counts `run`, and in CPU time both.
template <class Prepare, class Run>
Times time_of(const Prepare& prepare, const Run& run) {
  Times times;
  const double start = wall(), start_cpu = cpu();
  int count = 0;
  for (; count < 5 || wall() - start < 1.5; count++) {
    prepare();
    const double w = wall();
    run();
    times.wall = std::min(times.wall, wall() - w);
  }
  times.cpu = (cpu() - start_cpu) / count;
  return times;
}

void measure(int64_t n, int64_t d, float temperature, int threads, double peak) {
  const bool unit = temperature > 0;
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  std::vector<float> x(n * d), out(snnl::kSumRows * n), sums(snnl::kReferenceRows * n), grad(n * d);
  std::vector<int32_t> labels(n);
  for (int64_t i = 0; i < n; i++) {
    float square = 0;
    for (int64_t k = 0; k < d; k++) {
      x[i * d + k] = normal(random);
      square += x[i * d + k] * x[i * d + k];
    }
    for (int64_t k = 0; k < d && unit; k++) x[i * d + k] /= std::sqrt(square);
    labels[i] = static_cast<int32_t>(random() % 10);
  }
  const snnl::Problem p{x.data(), x.data(), labels.data(), labels.data(), std::fabs(temperature),
                        n, n, d, 0};
  const auto nothing = [] {};
  const auto forward = [&] { snnl::cpu_log_sums(p, out.data(), threads); };
  const auto backward = [&] {
    snnl::cpu_log_sums_grad(p, sums.data(), sums.data(), grad.data(), threads);
  };
  // Takes the memory in which a forward call has left its distances.
  const auto forget = [&] {
    snnl::Problem two = p;
    two.n = two.m = 2;
    snnl::cpu_log_sums(two, out.data(), 1);
  };
  const Times f = time_of(nothing, forward);
  std::copy_n(out.begin() + 5 * n, 4 * n, sums.begin());
  for (int64_t i = 0; i < n; i++) {
    sums[4 * n + i] = 1.0f / float(n);
    sums[5 * n + i] = -1.0f / float(n);
  }
  const double flop = double(n) * double(n) * double(d) * 1e-9;
  const auto start = [&](const char* what, Times t) {
    std::printf("%5d x %4d %-4s %-22s %8.2f ms", int(n), int(d), unit ? "unit" : "free", what, t.wall * 1e3);
  };
  const auto line = [&](const char* what, Times t, double work) {
    start(what, t);
    std::printf(" %8.2f ms cpu %7.1f GFLOP/s a core, %3.0f %% of peak\n", t.cpu * 1e3, work / t.cpu,
                100 * work / t.cpu / peak);
  };
  line("forward", f, flop);
  line("backward alone", time_of(forget, backward), 3 * flop);
  start("backward after forward", time_of(forward, backward));
  std::printf("\n");
  const int64_t size = snnl::cpu_batch_residual(n, d);
  if (size == 0) return;
  std::vector<float> room(size + 16);
  float* const residual = room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64 / sizeof(float);
  const snnl::Batch batch{x.data(), labels.data(), std::fabs(temperature), n, d, unit};
  start("batch forward", time_of(nothing, [&] { snnl::cpu_batch_sums(batch, out.data(), residual, threads); }));
  std::printf("\n");
  start("batch backward", time_of(nothing, [&] {
    snnl::cpu_batch_grad(batch, out.data(), residual, 1.0 / double(n), grad.data(), threads);
  }));
  std::printf("\n");
}

}  // namespace

int main(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 2;
  const double peak = peak_gflops(snnl::cpu_instruction_set());
  std::printf("%s, peak of one thread %.1f GFLOP/s, %d threads\n", snnl::cpu_instruction_set(), peak,
              threads);
  if (count > 4) {
    for (int k = 2; k + 2 < count; k += 3) {
      measure(std::atoi(arguments[k]), std::atoi(arguments[k + 1]),
              float(std::atof(arguments[k + 2])), threads, peak);
    }
    return 0;
  }
  for (const float temperature : {2.0f, -1.0f}) {
    measure(1024, 64, temperature, threads, peak);
    measure(4096, 64, temperature, threads, peak);
    measure(1024, 512, temperature, threads, peak);
    measure(4096, 512, temperature, threads, peak);
  }
}
