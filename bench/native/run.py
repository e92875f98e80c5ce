"""The native half of the bench: `run.py CARGO_TARGET WORK_FOLDER [--peers-only]`. Contestants take turns; medians are printed."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
SHAPES = [(256, 2000, 256, 64), (512, 5000, 512, 128)]
STEP_ROUNDS, SECONDS_PER_TURN, LOAD_ROUNDS, STUDY_ROUNDS = 5, 3, 3, 2
CORES = os.cpu_count() or 1
# What the study is made of: small enough for minutes, its trials large enough to be worth a thread.
SIMULATED = ["--tumours", "90", "--normals", "24", "--genes", "1500", "--seed", "3"]
PEERS_ONLY = "--peers-only" in sys.argv


def run(command):
    """The one JSON object a contestant prints, or its failure."""
    return json.loads(subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE).stdout)


def run_measured(command):
    """Seconds and peak memory of a whole process."""
    start = time.perf_counter()
    process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{command} ended with {process.returncode}")
    return {"seconds": time.perf_counter() - start, "peak_bytes": usage.ru_maxrss * 1024}


def built_bench():
    """The path of benches/step.rs's program, built by cargo."""
    messages = subprocess.run(
        ["cargo", "bench", "--locked", "--bench", "step", "--no-run", "--message-format=json"],
        check=True, stdout=subprocess.PIPE, text=True,
    ).stdout
    programs = [
        message["executable"]
        for message in map(json.loads, messages.splitlines())
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == "step" and message["executable"]
    ]
    return programs[-1]


def in_turns(contestants, rounds):
    """{name: [result, …]}: every contestant once per round."""
    results = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, measure in contestants.items():
            results[name].append(measure())
    return results


def bench_steps(python):
    ours = None if PEERS_ONLY else built_bench()
    for shape in SHAPES:
        torch = [python, HERE / "torch_step.py", *shape]
        contestants = {
            "PyTorch, 1 thread": lambda: run([*torch, 1, SECONDS_PER_TURN]),
            f"PyTorch, {CORES} threads": lambda: run([*torch, CORES, SECONDS_PER_TURN]),
        }
        if ours:
            own = lambda threads: run([ours, *shape, SECONDS_PER_TURN, threads])
            contestants = {
                "TwinPurify, 1 thread": lambda: own(1), f"TwinPurify, {CORES} threads": lambda: own(CORES), **contestants,
            }
        results = in_turns(contestants, STEP_ROUNDS)
        n, g, h, o = shape
        print(f"\nnative, {n} × {g} → {h} → {o}\n{'':<26}{'steps/s':>10}{'min–max':>16}{'ours/peer':>11}{'loss':>20}")
        rates = {name: [turn["steps_per_second"] for turn in turns] for name, turns in results.items()}
        for name, turns in results.items():
            first, last = turns[0]["first_loss"], turns[-1]["last_loss"]
            if not last < first:
                sys.exit(f"{name} does not learn: loss {first} → {last}")
            rate = median(rates[name])
            # Each peer beside ours on as many threads.
            same = name.replace("PyTorch", "TwinPurify")
            ratio = f"{median(rates[same]) / rate:.2f} ×" if ours and same != name else ""
            spread = f"{min(rates[name]):.2f}–{max(rates[name]):.2f}"
            print(f"{name:<26}{rate:>10.2f}{spread:>16}{ratio:>11}{f'{first:.3f} → {last:.3f}':>20}", flush=True)


def bench_loading(python, target, work):
    matrix = work / "matrix_600x20000.tsv.gz"
    if not matrix.exists():
        subprocess.run([python, HERE / "make_matrix.py", matrix], check=True)
    contestants = {
        "polars": lambda: run([python, HERE / "load_matrix.py", "polars", matrix]),
        "pandas": lambda: run([python, HERE / "load_matrix.py", "pandas", matrix]),
    }
    if not PEERS_ONLY:
        contestants = {"TwinPurify inspect": lambda: run_measured([target / "release/twinpurify", "inspect", "--no-quality", matrix]), **contestants}
        modules, dist = work / "web/node_modules", HERE.parent.parent / "dist"
        contestants["TwinPurify in the browser"] = lambda: run(["node", HERE.parent / "read.js", modules, dist, matrix])
    results = in_turns(contestants, LOAD_ROUNDS)
    middle = {name: {key: median(turn[key] for turn in turns) for key in ("seconds", "peak_bytes")} for name, turns in results.items()}
    ours = middle.get("TwinPurify inspect")
    print(f"\nload 600 samples × 20,000 genes, {matrix.stat().st_size / 1e6:.0f} MB gzip (peers: after their imports; memory: whole process)")
    print(f"{'':<26}{'seconds':>10}{'peer/ours':>11}{'peak MB':>10}{'peer/ours':>11}{'of it imports MB':>18}")
    for name, row in middle.items():
        ratio = lambda key: f"{row[key] / ours[key]:.2f} ×" if ours and row is not ours else ""
        imports = f"{results[name][0]['imports_bytes'] / 1e6:.0f}" if "imports_bytes" in results[name][0] else ""
        print(f"{name:<26}{row['seconds']:>10.2f}{ratio('seconds'):>11}{row['peak_bytes'] / 1e6:>10.0f}{ratio('peak_bytes'):>11}{imports:>18}")


def bench_study(target, work):
    """Every representation on a simulated cohort, on one thread and on all."""
    program, cohort = target / "release/twinpurify", work / "study_cohort"
    if not cohort.exists():
        subprocess.run([program, "simulate", "--out", cohort, *SIMULATED], check=True, stdout=subprocess.DEVNULL)

    def study(threads):
        out = work / f"study_{threads}"
        shutil.rmtree(out, ignore_errors=True)
        return run_measured([program, "study", cohort, "--out", out, "--seeds", "2", "--epochs", "40", "--quiet", "--threads", threads])

    results = in_turns({f"{n} threads": lambda n=n: study(n) for n in sorted({1, CORES})}, STUDY_ROUNDS)
    same = len({(work / f"study_{n}/study.csv").read_bytes() for n in {1, CORES}}) == 1
    print(f"\ntwinpurify study, 90 × 1,500, two seeds (one table: {'yes' if same else 'NO'})\n{'':<26}{'seconds':>10}{'speed-up':>11}{'peak MB':>10}")
    one = median(turn["seconds"] for turn in results["1 threads"])
    for name, turns in results.items():
        seconds = median(turn["seconds"] for turn in turns)
        peak = median(turn["peak_bytes"] for turn in turns) / 1e6
        print(f"{name:<26}{seconds:>10.1f}{f'{one / seconds:.2f} ×':>11}{peak:>10.0f}", flush=True)
    if not same:
        sys.exit("the tables differ")


def main():
    target, work = Path(sys.argv[1]), Path(sys.argv[2])
    python = work / "venv/bin/python"
    bench_steps(python)
    if not PEERS_ONLY:
        bench_study(target, work)
    bench_loading(python, target, work)


if __name__ == "__main__":
    main()
