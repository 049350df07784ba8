"""Tests the CUDA kernels against float64 and times them against PyTorch. See README.md."""

import argparse
import statistics

import torch

import kernels
import reference

CASES = [(4096, 64), (4096, 512), (16384, 64), (16384, 512), (65536, 512)]
# TFLOP/s of FP32 units and of dense TF32 tensor cores, from NVIDIA's data sheets.
CEILINGS = {"A100": (19.5, 156), "H100": (67, 494), "H200": (67, 494), "L4": (30, 60), "RTX 4090": (82.6, 82.6), "T4": (8.1, None)}


def batch(n, d, classes, seed=0):
    generator = torch.Generator(device="cuda").manual_seed(seed)
    x = torch.randn(n, d, device="cuda", generator=generator)
    labels = torch.randint(classes, (n,), device="cuda", generator=generator, dtype=torch.int32)
    return x, labels


def upstream(sums, generator):
    up = torch.randn(2, sums.shape[1], device="cuda", generator=generator)
    up[1] *= sums[4] > 0
    return torch.cat([sums[5:].float(), up])


def test(path):
    worst = 0.0
    shapes = [(5, 5, 3, 0), (33, 129, 17, 41), (130, 260, 33, -1), (1271, 1271, 3, 0), (401, 401, 401, 0), (700, 3000, 200, 1000), (1, 401, 65, -1)]
    for n, m, d, offset in shapes:
        generator = torch.Generator(device="cuda").manual_seed(n + m + d)
        z, z_labels = batch(m, d, 5, n)
        z += 10
        x, x_labels = (z[offset : offset + n].clone(), z_labels[offset : offset + n].clone()) if offset >= 0 else batch(n, d, 5, m)
        if offset < 0:
            x += 10
        temperature = torch.tensor(float(d) ** 0.5, device="cuda")
        inputs = (x, z, x_labels, z_labels, temperature, offset)
        exact = (x.double(), z.double(), x_labels, z_labels, temperature.double(), offset)
        expected = reference.log_sums(*exact)
        got = kernels.log_sums(*inputs, path=path)
        x_sums = upstream(expected, generator).contiguous()
        z_sums = torch.zeros(6, m, device="cuda")
        if offset >= 0:
            z_sums[:, offset : offset + n] = x_sums
        expected_grad = reference.log_sums_grad(*exact, x_sums.double(), z_sums.double())
        grad = kernels.log_sums_grad(*inputs, x_sums, z_sums, path=path)
        assert torch.equal(got, kernels.log_sums(*inputs, path=path)), "forward: reruns differ"
        assert torch.equal(grad, kernels.log_sums_grad(*inputs, x_sums, z_sums, path=path)), "gradient: reruns differ"
        errors = [((g - e).norm() / e.norm().clamp_min(1)).item() for g, e in zip(got, expected)]
        errors.append(((grad - expected_grad).norm() / expected_grad.norm()).item())
        print(f"{path:6} n={n} m={m} d={d} offset={offset}: relative errors {' '.join(f'{e:.1e}' for e in errors)}")
        worst = max(worst, *errors)
    assert worst < 2e-5, f"relative error {worst}"
    for spoilt in (float("nan"), float("inf")):
        x, labels = batch(300, 20, 5)
        z = x.clone()
        x[7, 3] = spoilt
        bad = kernels.log_sums(x, z, labels, labels, torch.tensor(5.0, device="cuda"), -1, path=path)
        assert bad.isnan().any(0).nonzero().flatten().tolist() == [7], "a bad anchor spoils itself alone"
        assert bad[:, 7].isfinite().nonzero().flatten().tolist() == [4], "but for its count"
    test_bits(path)
    print(f"{path}: ok, worst relative error {worst:.1e}")


def test_bits(path):
    """Every distance is the same to the last bit for both of a pair, here nearest neighbours, and in both kernels:
    where T is below the last bits, each candidate's weights go to one pair, and sum to 1 over blocks of anchors."""
    for half, d in ((20000, 16), (20000, 512), (2000, 5000)):
        some, labels = batch(half, d, 1)
        z = torch.cat([some, some + 0.03 * batch(half, d, 1, 1)[0]])
        nearest = kernels.log_sums(z, z, *[labels.repeat(2)] * 2, torch.tensor(1.0, device="cuda"), 0, path=path)[5]
        assert torch.equal(nearest[:half], nearest[half:]), f"distances of {2 * half} x {d} differ between both of a pair"
    for n, d in ((1000, 70), (400, 512), (300, 5000)):
        z, labels = batch(n, d, 1, n)
        z *= 1000
        temperature = torch.tensor(0.1, device="cuda")
        half = n // 2
        for j in range(0, n, n // 20):
            x = z.clone()
            x[:, 0] = 0
            x[j, 0] = 1000
            sums = kernels.log_sums(x, x, labels, labels, temperature, 0, path=path)
            x_sums, z_sums = torch.zeros(6, n, device="cuda"), torch.zeros(6, n, device="cuda")
            z_sums[:4], z_sums[4, j] = sums[5:], 1
            total = 0.0
            for rows in (slice(0, 50), slice(50, half), slice(half, n)):
                block = x[rows].clone(), x, labels[rows].clone(), labels, temperature, rows.start
                total += kernels.log_sums_grad(*block, x_sums[:, rows].contiguous(), z_sums, path=path)[:, 0].sum().item()
            # In feature 0 the gradient is 2 * 1000 / T times the weight.
            assert abs(total * 0.1 / 2000 - 1) < 2e-5, f"weights of candidate {j} of {n} x {d} sum to {total * 0.1 / 2000}"


def ours(x, labels, temperature, path):
    n = len(x)
    sums = kernels.log_sums(x, x, labels, labels, temperature, 0, path=path)
    up = torch.cat([sums[5:], torch.full_like(sums[:1], 1 / n), torch.full_like(sums[:1], -1 / n)])
    return sums, kernels.log_sums_grad(x, x, labels, labels, temperature, 0, up, up, path=path)


def with_autograd(loss):
    def step(x, labels, temperature):
        x = x.detach().requires_grad_()
        value = loss(x, labels, temperature)
        value.backward()
        return value, x.grad

    return step


def milliseconds(function):
    start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
    start.record()
    function()
    end.record()
    torch.cuda.synchronize()
    return start.elapsed_time(end)


def time_all(repeats):
    name = torch.cuda.get_device_name()
    fp32, tf32 = next((c for key, c in CEILINGS.items() if key in name), (None, None))
    print(f"\n{name}, PyTorch {torch.__version__}; forward + backward, median of {repeats} interleaved runs, ms")
    paths = ["fp32"] + (["tensor"] if torch.cuda.get_device_capability() >= (8, 0) else [])
    for n, d in CASES:
        x, labels = batch(n, d, 10)
        temperature = torch.tensor(float(d), device="cuda")
        runs = {path: (lambda path=path: ours(x, labels, temperature, path)) for path in paths}
        # A dozen n x n matrices.
        if 12 * 4 * n * n < torch.cuda.get_device_properties(0).total_memory:
            eager, compiled = with_autograd(reference.loss), with_autograd(torch.compile(reference.loss))
            runs["eager"] = lambda: eager(x, labels, temperature)
            runs["torch.compile"] = lambda: compiled(x, labels, temperature)
        memory, times = {}, {key: [] for key in runs}
        for key, run in runs.items():
            run(), run()
            torch.cuda.synchronize()
            torch.cuda.reset_peak_memory_stats()
            before = torch.cuda.memory_allocated()
            run()
            torch.cuda.synchronize()
            memory[key] = torch.cuda.max_memory_allocated() - before
        for _ in range(repeats):
            for key, run in runs.items():
                times[key].append(milliseconds(run))
        flops = 6 * n * n * d  # 2 forward, 4 backward
        for key, values in times.items():
            ms = statistics.median(values)
            rate = flops / ms / 1e9
            # One third of TF32: three products for one. PyTorch uses FP32 units unless told otherwise.
            ceiling = (tf32 / 3 if tf32 else None) if key == "tensor" else fp32
            share = f"{rate / ceiling:6.1%} of {ceiling:.0f}" if ceiling else "ceiling unknown"
            print(f"n={n:6} d={d:4} {key:14} {ms:9.2f} ms  {rate:7.2f} TFLOP/s ({share})  {memory[key] / 2**20:8.0f} MiB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--test-only", action="store_true")
    parser.add_argument("--repeats", type=int, default=15)
    options = parser.parse_args()
    kernels.check_available()
    for path in ["auto", "fp32"] + (["tensor"] if torch.cuda.get_device_capability() >= (8, 0) else []):
        test(path)
    if not options.test_only:
        time_all(options.repeats)
