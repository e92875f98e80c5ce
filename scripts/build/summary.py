"""Add up what the test runners said of themselves: `summary.py FOLDER_OF_LOGS` prints "N passed, N failed, N skipped"."""

import re
import sys
from pathlib import Path

# cargo: "test result: ok. 12 passed; 0 failed; 1 ignored; …"; node's spec reporter: "ℹ pass 3", "ℹ fail 0",
# "ℹ cancelled 0", "ℹ skipped 0".
CARGO = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored", re.MULTILINE)
NODE = re.compile(r"^\S+ (pass|fail|cancelled|skipped) (\d+)$", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SKIPPED_ALOUD = re.compile(r"^.*SKIPPED: .*$", re.MULTILINE)
# With --show-output cargo tells what each test printed, those that passed under "successes:", then their names.
SUCCESSES = re.compile(r"^successes:\n(.*?)^successes:\n", re.MULTILINE | re.DOTALL)
OF_A_TEST = re.compile(r"^---- \S+ std(?:out|err) ----\n(.*?)(?=^---- |\Z)", re.MULTILINE | re.DOTALL)


def skipped_aloud(rust):
    """Rust tests that say they skipped something (../shared, R, Python is absent): they pass, and prove nothing of that."""
    return sum(bool(SKIPPED_ALOUD.search(said)) for told in SUCCESSES.findall(rust) for said in OF_A_TEST.findall(told))


def main():
    logs = {path.stem: COLOUR.sub("", path.read_text()) for path in Path(sys.argv[1]).glob("*.log")}
    passed = failed = skipped = 0
    for ok, bad, ignored in CARGO.findall(logs.get("rust", "")):
        passed, failed, skipped = passed + int(ok), failed + int(bad), skipped + int(ignored)
    aloud = skipped_aloud(logs.get("rust", ""))
    passed, skipped = passed - aloud, skipped + aloud
    node = {word: int(count) for word, count in NODE.findall(logs.get("page", ""))}
    passed += node.get("pass", 0)
    failed += node.get("fail", 0) + node.get("cancelled", 0)
    skipped += node.get("skipped", 0)
    for line in SKIPPED_ALOUD.findall("\n".join(logs.values())):
        print(line.strip())
    not_run = [name for name in ("rust", "page") if name not in logs]
    extra = (f", {skipped} skipped" if skipped else "") + "".join(f", {name} tests not run" for name in not_run)
    print(f"{passed} passed, {failed} failed{extra}")


if __name__ == "__main__":
    main()
