"""The bench's training step in PyTorch: `torch_step.py N G H O THREADS SECONDS [DEVICE]` prints one JSON object."""

import json
import sys
import time

import torch

LAMBDA, VARIANCE_FLOOR, SEED = 0.0051, 1e-5, 7


def standardise(z):
    return (z - z.mean(0)) / (z.var(0, unbiased=False) + VARIANCE_FLOOR).sqrt()


def barlow_twins(z1, z2):
    c = standardise(z1).T @ standardise(z2) / z1.shape[0]
    on_diagonal = (1 - c.diagonal()).square().sum()
    off_diagonal = c.square().sum() - c.diagonal().square().sum()
    return on_diagonal + LAMBDA * off_diagonal


def main():
    n, g, h, o, threads = map(int, sys.argv[1:6])
    seconds = float(sys.argv[6])
    torch.set_num_threads(threads)
    torch.manual_seed(SEED)
    if len(sys.argv) > 7:
        # As precise as the others: no TF32.
        torch.set_float32_matmul_precision("highest")
        torch.set_default_device(sys.argv[7])
    tumours = torch.randn(n, g)
    views = [tumours + 0.3 * torch.randn(n, g) for _ in range(2)]
    encoder = torch.nn.Sequential(torch.nn.Linear(g, h), torch.nn.ReLU(), torch.nn.Linear(h, o))
    optimiser = torch.optim.Adam(encoder.parameters(), lr=1e-3, betas=(0.9, 0.999), eps=1e-8)

    def step():
        optimiser.zero_grad(set_to_none=True)
        loss = barlow_twins(encoder(views[0]), encoder(views[1]))
        loss.backward()
        optimiser.step()
        return loss.item()

    first_loss = step()
    step()
    taken, start = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - start) < seconds:
        last_loss = step()
        taken += 1
    print(json.dumps({"steps_per_second": taken / elapsed, "first_loss": first_loss, "last_loss": last_loss}))


if __name__ == "__main__":
    main()
