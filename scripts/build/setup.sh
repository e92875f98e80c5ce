# Check for every tool, install what can be installed without asking, name the one command for the rest.

# The command line must be exactly as old as the library: they speak an unversioned format to each other.
wasm_bindgen_version() {
    sed -nE 's/^wasm-bindgen = "=([0-9.]+)".*/\1/p' Cargo.toml
}

need_rust() {
    has cargo || missing "Rust" "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    has rustup || missing "rustup (it adds the WebAssembly target; a distribution's cargo alone cannot)" \
        "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
    # Asking for the version makes rustup fetch the toolchain that rust-toolchain.toml pins.
    cargo --version >/dev/null || die "the toolchain in rust-toolchain.toml could not be installed; see above"
    if ! rustup target list --installed | grep -qx wasm32-unknown-unknown; then
        say "adding the wasm32-unknown-unknown target"
        rustup target add wasm32-unknown-unknown
    fi
}

need_rust_checks() {
    cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
    cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
}

# Leaves the program's path in WASM_BINDGEN.
need_wasm_bindgen() {
    local version candidate
    version=$(wasm_bindgen_version)
    [[ -n $version ]] || die "Cargo.toml does not pin wasm-bindgen as \"=X.Y.Z\""
    for candidate in wasm-bindgen "$PWD/.build/bin/wasm-bindgen"; do
        if [[ $("$candidate" --version 2>/dev/null || true) == "wasm-bindgen $version" ]]; then
            WASM_BINDGEN=$candidate
            return
        fi
    done
    say "installing the wasm-bindgen command line $version into .build/"
    # Not --locked: a registry mirror may lack a version that the tool's own lock file names.
    cargo install wasm-bindgen-cli --version "=$version" --root .build
    WASM_BINDGEN=$PWD/.build/bin/wasm-bindgen
}

need_python() {
    if has python3 && python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))'; then return; fi
    install_package python3 "Python 3.9 or newer"
}

need_node() {
    local install="see https://nodejs.org, or: sudo apt-get install nodejs npm"
    has node || install_package nodejs "node 20 or newer"
    has npm || install_package npm "npm"
    (($(node -p 'process.versions.node.split(".")[0]') >= 20)) || missing "node 20 or newer ($(node --version) is here)" "$install"
}

# Tests and bench only. Leaves the program's path in CHROMIUM, where the tests look for it.
need_chromium() {
    find_chromium && return
    install_package chromium "Chromium (for the tests and the bench only)"
    find_chromium || die "chromium was installed, but no chromium program is on PATH"
}

find_chromium() {
    local candidate
    for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
        if [[ -n $candidate ]] && has "$candidate"; then
            CHROMIUM=$(command -v "$candidate")
            export CHROMIUM
            return 0
        fi
    done
    return 1
}

# install_package PACKAGE WHAT: by apt-get when we are root, else say how.
install_package() {
    if has apt-get && ((EUID == 0)); then
        say "installing $1"
        # The lists may be absent on a fresh machine; stale ones name packages that are gone.
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$1" </dev/null
    else
        missing "$2" "sudo apt-get install $1"
    fi
}

# want_package PROGRAM PACKAGE WHAT: as install_package where that can be done without asking; else the tests go on
# without, and say what they skip.
want_package() {
    local path=$PATH:/usr/sbin
    PATH=$path has "$1" && return
    if ((EUID == 0)) && has apt-get && (install_package "$2" "$3") && PATH=$path has "$1"; then return; fi
    say "SKIPPED: $3. To run it: sudo apt-get install $2"
}

# The journey in three browsers, and the documented nginx lines.
want_browsers() {
    want_package firefox-esr firefox-esr "the journey in Firefox"
    want_package WebKitWebDriver webkit2gtk-driver "the journey in WebKitGTK"
    want_package Xvfb xvfb "the journey in WebKitGTK, which needs a screen"
    want_package xauth xauth "the journey in WebKitGTK, which needs a screen"
    want_package nginx nginx-light "the test of the nginx lines in docs/hosting.md"
}

# What docs/python.md and the checks of exported files use; leaves the interpreter in PYTHON, where the tests look for it.
want_python_modules() {
    local hash
    [[ -z ${PYTHON:-} ]] || return 0
    hash="$(fingerprint tests/requirements.txt) $(python3 --version)"
    if [[ ! -x .build/python/bin/python ]] || ! fresh python-modules "$hash"; then
        say "installing the Python modules that read our files: numpy, pandas, pyarrow, safetensors, anndata"
        if ! python3 -m venv --clear .build/python || ! .build/python/bin/pip install --quiet -r tests/requirements.txt </dev/null; then
            say "SKIPPED: docs/python.md and the reading of exported files. To run them: sudo apt-get install python3-venv"
            return 0
        fi
        stamp python-modules "$hash"
    fi
    PYTHON=$PWD/.build/python/bin/python
    export PYTHON
}

need_node_modules() {
    local hash
    hash=$(fingerprint package.json package-lock.json)
    if [[ -d node_modules ]] && fresh node_modules "$hash"; then return; fi
    say "installing the page's tools: its minifiers, and what its tests need"
    npm ci --no-audit --no-fund </dev/null
    stamp node_modules "$hash"
}

setup_build() {
    need_rust
    need_python
    need_node
    need_node_modules
}

setup_test() {
    need_rust_checks
    need_chromium
    want_browsers
    want_python_modules
}
