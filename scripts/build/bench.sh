# The bench (bench/README.md says what is measured, and how). Peers are installed under .build/bench and nowhere else.

readonly BENCH=.build/bench

setup_bench() {
    local hash
    need_node
    need_chromium
    mkdir -p "$BENCH/web"
    hash=$(fingerprint bench/package.json bench/package-lock.json)
    if [[ ! -d $BENCH/web/node_modules ]] || ! fresh bench-web "$hash"; then
        say "installing the browser peers: jax-js, TensorFlow.js"
        cp bench/package.json bench/package-lock.json "$BENCH/web/"
        (cd "$BENCH/web" && npm ci --no-audit --no-fund --ignore-scripts </dev/null)
        stamp bench-web "$hash"
    fi
    hash="$(fingerprint bench/requirements.txt) $(python3 --version)"
    if [[ ! -x $BENCH/venv/bin/python ]] || ! fresh bench-venv "$hash"; then
        say "installing the native peers: PyTorch, polars, pandas (some GB, a few minutes)"
        python3 -m venv --clear "$BENCH/venv" ||
            missing "Python's venv module" "sudo apt-get install python3-venv"
        "$BENCH/venv/bin/pip" install --quiet --no-cache-dir -r bench/requirements.txt </dev/null
        stamp bench-venv "$hash"
    fi
}

run_bench() {
    say "in the browser"
    node bench/run.js "$BENCH/web/node_modules"
    say "Compare in the page, on one worker and on all"
    node bench/compare.js "$BENCH/web/node_modules" dist
    say "natively"
    cargo build --locked --release --bin twinpurify
    python3 bench/native/run.py "$TARGET" "$BENCH"
    say "downloads"
    python3 scripts/build/sizes.py dist
}
