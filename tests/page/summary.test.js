// The last line of `./build.sh test` counts a Rust test that says SKIPPED as skipped, once, and not as passed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const RUST = `
running 4 tests
test reads ... ok
test real_cohorts ... ok
test by_r ... ok
test wrong ... FAILED

successes:

---- real_cohorts stdout ----
SKIPPED: ../shared/a is absent
SKIPPED: ../shared/b is absent

---- by_r stdout ----
took 3 ms
SKIPPED: no Rscript is installed


successes:
    by_r
    reads
    real_cohorts

failures:

---- wrong stdout ----
SKIPPED: a part, before it failed

failures:
    wrong

test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s

running 1 test
test alone ... ok

successes:

---- alone stdout ----
nothing to skip

successes:
    alone

test result: ok. 1 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.10s
`;

test("what says SKIPPED is counted as skipped", () => {
  const folder = mkdtempSync(join(tmpdir(), "summary-"));
  const said = () => execFileSync("python3", ["scripts/build/summary.py", folder], { encoding: "utf8" }).trim().split("\n");
  try {
    writeFileSync(join(folder, "rust.log"), RUST);
    assert.equal(said().at(-1), "2 passed, 1 failed, 4 skipped, page tests not run");
    writeFileSync(join(folder, "page.log"), "ℹ tests 9\nℹ pass 7\nℹ fail 0\nℹ cancelled 0\nℹ skipped 2\n");
    assert.equal(said().at(-1), "9 passed, 1 failed, 6 skipped");
    assert.ok(said().some((line) => line.includes("../shared/b is absent")), "what was skipped is named");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
