# Run every test, in the order that fails soonest. Runners' output goes to the terminal and to .build/test/*.log.

readonly LOGS=.build/test

# logged NAME COMMAND…: run, show and keep the output. The exit status is the command's (pipefail).
logged() {
    local name=$1
    shift
    "$@" </dev/null 2>&1 | tee "$LOGS/$name.log"
}

# Everything a test can read: all files but what is built, the shared cohorts beside us, and the tools.
test_inputs() {
    {
        find . \( -name target -o -path ./dist -o -path ./release -o -path ./node_modules -o -path ./.build -o -path ./.git \
            -o -name __pycache__ \) -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
        if [[ -d ../shared ]]; then find -L ../shared -type f -printf '%p %s %T@\n' | LC_ALL=C sort; fi
        rustc --version
        node --version
        python3 --version
        "$CHROMIUM" --version 2>/dev/null
        firefox-esr --version 2>/dev/null || true
        WebKitWebDriver --version 2>/dev/null || true
    } | sha256sum | cut -d ' ' -f 1
}

run_tests() {
    local inputs
    inputs=$(test_inputs)
    # CI always runs: a stamp there could only come from somewhere else.
    if [[ -z ${CI:-} && ${1:-} != --again ]] && fresh tests "$inputs"; then
        printf 'nothing changed since every test passed: %s (./build.sh test --again runs them all the same)\n' "$(<"$LOGS/summary")"
        return
    fi
    rm -rf "$LOGS" "$STAMPS/tests"
    mkdir -p "$LOGS"

    trap tell_failure EXIT
    check
    # Beside the Rust tests: either build has minutes that take one core alone.
    build_dist >"$LOGS/dist.log" 2>&1 &
    BUILDING=$!
    test_rust
    stage "the static folder, built meanwhile"
    wait "$BUILDING" && BUILDING= || { cat "$LOGS/dist.log" && return 1; }
    cat "$LOGS/dist.log"
    stage "download budgets"
    python3 scripts/build/sizes.py dist --check >/dev/null
    test_page
    trap - EXIT

    python3 scripts/build/summary.py "$LOGS" | tee "$LOGS/summary"
    stamp tests "$inputs"
}

stage() {
    STAGE=$1
    say "$1 (after $SECONDS s)"
}

# What ran before the stage that stopped us is still counted.
tell_failure() {
    if [[ -n ${BUILDING:-} ]]; then pkill -P "$BUILDING" 2>/dev/null || true; fi
    python3 scripts/build/summary.py "$LOGS" >&2
    printf 'build.sh: FAILED in: %s\n' "$STAGE" >&2
}

check() {
    stage "format, lints, documentation, types of the page's modules"
    cargo fmt --all --check
    cargo clippy --locked --workspace --all-targets -- -D warnings
    local engine
    for engine in cpu containers; do
        cargo clippy --locked --lib --target wasm32-unknown-unknown --no-default-features --features "$engine" -- -D warnings
    done
    RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps
    npx --no-install tsc --project .
}

test_rust() {
    stage "Rust tests: units, golden vectors, properties, documentation, command line"
    # --show-output: a test that skips because ../shared is absent says so, and is heard.
    logged rust cargo test --locked -p twinpurify -p twinpurify-cells --no-fail-fast -- --show-output
}

test_page() {
    stage "the page in a browser"
    # One file at a time: each holds a browser that trains, and two at once only time each other out.
    logged page node --test --test-concurrency=1 --test-reporter=spec tests/page/*.test.js
}
