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
    """[5, n]: log-sums, mean distances, counts."""
    distances, counted, same = pairs(x, z, x_labels, z_labels, self_offset)
    rows = []
    for mask in (counted, same):
        scores = torch.where(mask, -distances / temperature, -torch.inf)
        total = torch.logsumexp(scores, 1)
        some = mask.any(1)
        total = torch.where(some, total, 0)
        rows.append((total, (torch.exp(scores - total[:, None]) * distances).sum(1)))
    return torch.stack([rows[0][0], rows[1][0], rows[0][1], rows[1][1], same.sum(1).to(x.dtype)])


def log_sums_grad(x, z, x_labels, z_labels, temperature, self_offset, x_sums, z_sums):
    """[n, d], equation 5."""
    distances, counted, same = pairs(x, z, x_labels, z_labels, self_offset)
    scores, g = -distances / temperature, torch.zeros_like(distances)
    for sums, axis in ((x_sums, 1), (z_sums, 0)):
        log_all, log_same, a, b = (row.unsqueeze(axis) for row in sums)
        for up, log, mask in ((a, log_all, counted), (b, log_same, same)):
            g += torch.where(mask & (up != 0), up * torch.exp(scores - log), 0)
    g = -g / temperature
    return 2 * (x * g.sum(1, keepdim=True) - g @ z)


def loss(x, labels, temperature):
    """Mean soft nearest neighbour loss of a batch, as a user would write it."""
    distances, counted, same = pairs(x, x, labels, labels, 0)
    scores = -distances / temperature
    every = torch.logsumexp(scores.masked_fill(~counted, -torch.inf), 1)
    own = torch.logsumexp(scores.masked_fill(~same, -torch.inf), 1)
    return (every - own).mean()
