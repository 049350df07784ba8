"""The CUDA kernels on PyTorch tensors, through ctypes."""

import ctypes
from pathlib import Path

import torch

ORDERINGS = {"legacy": 0, "sync": 1, "stream": 2}
PATHS = {"auto": 0, "fp32": 1, "tensor": 2}

_library = ctypes.CDLL(str(Path(__file__).with_name("libsnnl_cuda.so")))
_library.snnl_workspace.restype = ctypes.c_int64
_TEXT = 500


class _Problem(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in ("anchors", "candidates", "anchor_labels", "candidate_labels", "temperature")]
    _fields_ += [(name, ctypes.c_int64) for name in ("n", "m", "d", "self_offset", "one_batch")]


def _checked(function, *args):
    text = ctypes.create_string_buffer(_TEXT)
    if function(*args, text, _TEXT) != 0:
        raise RuntimeError(text.value.decode())


def _pointer(tensor):
    return ctypes.c_void_p(tensor.data_ptr())


def check_available():
    """Raises if the kernels cannot run here, and says why."""
    _checked(_library.snnl_unavailable)


def _problem(x, z, x_labels, z_labels, temperature, self_offset):
    for tensor in (x, z, x_labels, z_labels, temperature):
        assert tensor.is_cuda and tensor.is_contiguous()
    assert x.dtype == z.dtype == temperature.dtype == torch.float32
    assert x_labels.dtype == z_labels.dtype == torch.int32
    pointers = [t.data_ptr() for t in (x, z, x_labels, z_labels, temperature)]
    return _Problem(*pointers, x.shape[0], z.shape[0], x.shape[1], self_offset, int(self_offset >= 0))


def _how(ordering, path):
    stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
    return ORDERINGS[ordering], stream, PATHS[path]


def _workspace(problem, gradient, device):
    return torch.empty(_library.snnl_workspace(ctypes.byref(problem), gradient), dtype=torch.uint8, device=device)


def log_sums(x, z, x_labels, z_labels, temperature, self_offset, path="auto", ordering="stream"):
    """float32 [9, n]: log-sums, mean distances, count, then nearest distance and relative log-sum of all and of the class."""
    problem = _problem(x, z, x_labels, z_labels, temperature, self_offset)
    out = torch.empty(9, x.shape[0], device=x.device)
    workspace = _workspace(problem, 0, x.device)
    _checked(_library.snnl_log_sums, ctypes.byref(problem), _pointer(out), _pointer(workspace), *_how(ordering, path))
    return out


def log_sums_grad(x, z, x_labels, z_labels, temperature, self_offset, x_sums, z_sums, path="auto", ordering="stream"):
    """float32 [n, d]; x_sums [6, n] and z_sums [6, m] hold the last four rows of log_sums, dL/dA, dL/dB."""
    problem = _problem(x, z, x_labels, z_labels, temperature, self_offset)
    assert x_sums.is_contiguous() and x_sums.shape == (6, len(x)) and z_sums.is_contiguous() and z_sums.shape == (6, len(z))
    grad = torch.empty_like(x)
    workspace = _workspace(problem, 1, x.device)
    sums = _pointer(x_sums), _pointer(z_sums)
    _checked(_library.snnl_log_sums_grad, ctypes.byref(problem), *sums, _pointer(grad), _pointer(workspace), *_how(ordering, path))
    return grad
