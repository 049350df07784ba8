"""The circulated formula of the soft nearest neighbour loss in eager PyTorch, timed on request.

Reads one JSON object a line on stdin and answers each with one on stdout:

  {"command": "start", "threads": T}                            -> {"torch": version}
  {"command": "load", "n": N, "d": D, "temperature": T, "distance": name,
   "features": path, "labels": path}                            -> {"loss": number}
  {"command": "time", "pass": name, "iterations": K}            -> {"ms": per iteration}

The files hold row-major float32 and int32, little endian.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore", message="Failed to initialize NumPy")
import torch  # noqa: E402  (the filter has to come first)

EPSILON = 1e-5


def published_loss(features, labels, temperature, distance):
    """Mean over i of -log(eps + sum_same f_ij / (eps + sum_j f_ij)), f = exp(-d / T) - eye."""
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


def read(path, dtype):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=dtype)


class Bench:
    def start(self, message):
        torch.set_num_threads(message["threads"])
        return {"torch": torch.__version__}

    def load(self, message):
        features = read(message["features"], torch.float32)
        self.features = features.reshape(message["n"], message["d"])
        self.labels = read(message["labels"], torch.int32)
        self.temperature = message["temperature"]
        self.distance = message["distance"]
        return {"loss": self.run("forward")}

    def run(self, which):
        if which == "forward":
            with torch.no_grad():
                return self.loss(self.features).item()
        features = self.features.detach().requires_grad_()
        loss = self.loss(features)
        loss.backward()
        return loss.item()

    def loss(self, features):
        return published_loss(features, self.labels, self.temperature, self.distance)

    def time(self, message):
        if message["iterations"] > 1:
            # Other contenders have emptied the caches.
            self.run(message["pass"])
        start = time.perf_counter()
        for _ in range(message["iterations"]):
            self.run(message["pass"])
        return {"ms": (time.perf_counter() - start) * 1000 / message["iterations"]}


def main():
    bench = Bench()
    commands = {"start": bench.start, "load": bench.load, "time": bench.time}
    for line in sys.stdin:
        message = json.loads(line)
        print(json.dumps(commands[message["command"]](message)), flush=True)


main()
