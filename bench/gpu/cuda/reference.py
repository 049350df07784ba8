"""The definitions (docs/math.md) as plain PyTorch, in the precision of their inputs."""

import torch


def pairs(x, z, x_labels, z_labels, self_offset):
    center = z.mean(0)
    x, z = x - center, z - center
    distances = ((x * x).sum(1)[:, None] + (z * z).sum(1) - 2 * x @ z.T).clamp_min(0)
    counted = torch.ones_like(distances, dtype=torch.bool)
    if self_offset >= 0:
        rows = torch.arange(len(x), device=x.device)
        counted[rows, self_offset + rows] = False
    return distances, counted, counted & (x_labels[:, None] == z_labels)


def log_sums(x, z, x_labels, z_labels, temperature, self_offset):
    """[9, n]: log-sums, mean distances, count, then nearest distance and relative log-sum of all and of the class."""
    distances, counted, same = pairs(x, z, x_labels, z_labels, self_offset)
    rows = []
    for mask in (counted, same):
        some = mask.any(1)
        nearest = torch.where(some, torch.where(mask, distances, torch.inf).amin(1), 0)
        scores = torch.where(mask, (nearest[:, None] - distances) / temperature, -torch.inf)
        relative = torch.where(some, torch.logsumexp(scores, 1), 0)
        mean = (torch.exp(scores - relative[:, None]) * distances).sum(1)
        rows.append((relative - nearest / temperature, mean, nearest, relative))
    (log_all, mean_all, *of_all), (log_same, mean_same, *of_same) = rows
    return torch.stack([log_all, log_same, mean_all, mean_same, same.sum(1).to(x.dtype), *of_all, *of_same])


def log_sums_grad(x, z, x_labels, z_labels, temperature, self_offset, x_sums, z_sums):
    """[n, d], equation 5."""
    distances, counted, same = pairs(x, z, x_labels, z_labels, self_offset)
    g = torch.zeros_like(distances)
    for sums, axis in ((x_sums, 1), (z_sums, 0)):
        *references, a, b = (row.unsqueeze(axis) for row in sums)
        for up, nearest, relative, mask in ((a, *references[:2], counted), (b, *references[2:], same)):
            g += torch.where(mask & (up != 0), up * torch.exp((nearest - distances) / temperature - relative), 0)
    g = -g / temperature
    return 2 * (x * g.sum(1, keepdim=True) - g @ z)


def loss(x, labels, temperature):
    """Mean soft nearest neighbour loss of a batch, as a user would write it."""
    distances, counted, same = pairs(x, x, labels, labels, 0)
    scores = -distances / temperature
    every = torch.logsumexp(scores.masked_fill(~counted, -torch.inf), 1)
    own = torch.logsumexp(scores.masked_fill(~same, -torch.inf), 1)
    return (every - own).mean()
