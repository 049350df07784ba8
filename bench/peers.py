"""The loss in PyTorch or JAX, timed on request.

    python peers.py CONTENDER

with a contender of `CONTENDERS` below. Reads one JSON object a line on stdin and answers each with
one on stdout:

  {"command": "start", "threads": T}                             -> {"version": text}
  {"command": "load", "n": N, "d": D, "temperature": T, "distance": name,
   "features": path, "labels": path, "gradient": path}           -> {"loss": number}
  {"command": "time", "pass": name, "iterations": K}             -> {"ms": per iteration}

The files hold row-major float32 and int32, little endian; `load` writes the gradient.
"""

import json
import os
import sys
import time

import numpy as np

EPSILON = 1e-5


class Contender:
    """One framework: `start`, `take` a batch, then `run` a pass, finished when it returns."""

    def load(self, message):
        features = np.fromfile(message["features"], np.float32)
        labels = np.fromfile(message["labels"], np.int32)
        features = features.reshape(message["n"], message["d"])
        self.take(features, labels, message["temperature"], message["distance"])
        loss, gradient = self.run("forward+backward")
        np.asarray(gradient).tofile(message["gradient"])
        return {"loss": loss}

    def time(self, message):
        if message["iterations"] > 1:
            # Other contenders have emptied the caches.
            self.run(message["pass"])
        start = time.perf_counter()
        for _ in range(message["iterations"]):
            self.run(message["pass"])
        return {"ms": (time.perf_counter() - start) * 1000 / message["iterations"]}


class Torch(Contender):
    """The circulated formula, eager or compiled."""

    def __init__(self, compiled):
        self.compiled = compiled

    def start(self, message):
        import torch

        self.torch = torch
        torch.set_num_threads(message["threads"])
        return {"version": torch.__version__}

    def published_loss(self, features, labels, temperature, distance):
        """Mean over i of -log(eps + sum_same f_ij / (eps + sum_j f_ij)), f = exp(-d / T) - eye."""
        torch = self.torch
        if distance == "cosine":
            unit = torch.nn.functional.normalize(features, dim=1)
            distances = 1 - unit @ unit.T
        else:
            norms = features.square().sum(1)
            distances = norms[:, None] + norms[None, :] - 2 * features @ features.T
        kernel = torch.exp(-distances / temperature) - torch.eye(len(features))
        probabilities = kernel / (EPSILON + kernel.sum(1, keepdim=True))
        same = (labels[:, None] == labels[None, :]).float()
        return -torch.log(EPSILON + (probabilities * same).sum(1)).mean()

    def take(self, features, labels, temperature, distance):
        self.features = self.torch.from_numpy(features)
        self.arguments = self.torch.from_numpy(labels), temperature, distance
        self.loss = self.published_loss
        if self.compiled:
            # Anew for each batch: code for the shapes at hand, not for any.
            self.torch.compiler.reset()
            self.loss = self.torch.compile(self.loss, dynamic=False, fullgraph=True)

    def run(self, which):
        if which == "forward":
            with self.torch.no_grad():
                return self.loss(self.features, *self.arguments).item(), None
        features = self.features.detach().requires_grad_()
        loss = self.loss(features, *self.arguments)
        loss.backward()
        return loss.item(), features.grad


class Jax(Contender):
    """The exact loss, as its definition says it, in `jit`."""

    def start(self, message):
        if message["threads"] < os.cpu_count():
            # XLA has one thread for each core that the process may use (Linux).
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(0, cores[: message["threads"]])
        os.environ["JAX_PLATFORMS"] = "cpu"
        import jax

        self.jax = jax
        return {"version": jax.__version__}

    def exact_loss(self, features, labels, temperature, distance):
        """Mean over i of log sum_j exp(-d_ij / T) - log sum_same exp(-d_ij / T), j other than i."""
        jnp = self.jax.numpy
        if distance == "cosine":
            unit = features / jnp.linalg.norm(features, axis=1, keepdims=True)
            distances = 1 - unit @ unit.T
        else:
            centred = features - features.mean(0)
            norms = jnp.square(centred).sum(1)
            distances = jnp.maximum(norms[:, None] + norms[None, :] - 2 * centred @ centred.T, 0)
        others = ~jnp.eye(len(labels), dtype=bool)
        same = others & (labels[:, None] == labels[None, :])
        paired = same.any(1)
        # Anchors without a partner do not count: with all others as partners their loss is 0.
        partners = jnp.where(paired[:, None], same, others)

        def log_sum(mask):
            return self.jax.nn.logsumexp(-distances / temperature, axis=1, where=mask)

        return (log_sum(others) - log_sum(partners)).sum() / jnp.maximum(paired.sum(), 1)

    def take(self, features, labels, temperature, distance):
        loss = lambda *arrays: self.exact_loss(*arrays, distance)  # noqa: E731
        self.arguments = [self.jax.device_put(x) for x in (features, labels, temperature)]
        self.passes = {
            "forward": self.jax.jit(lambda *arrays: (loss(*arrays), None)),
            "forward+backward": self.jax.jit(self.jax.value_and_grad(loss)),
        }

    def run(self, which):
        loss, gradient = self.jax.block_until_ready(self.passes[which](*self.arguments))
        return float(loss), gradient


CONTENDERS = {
    "torch": lambda: Torch(compiled=False),
    "torch.compile": lambda: Torch(compiled=True),
    "jax": Jax,
}


def main():
    contender = CONTENDERS[sys.argv[1]]()
    commands = {"start": contender.start, "load": contender.load, "time": contender.time}
    for line in sys.stdin:
        message = json.loads(line)
        print(json.dumps(commands[message["command"]](message)), flush=True)


main()
