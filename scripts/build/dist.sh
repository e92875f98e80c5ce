# Build dist/: index.html, sw.js, www/, engine/cpu/, engine/gpu/, engine/containers/ and demo/. Every step is skipped when its input did not change.

# build_engine cpu|gpu|containers: one crate, built three times (Cargo.toml says why the profiles differ; the containers
# take the CPU engine's, and with it what is already compiled of their dependencies).
build_engine() {
    local engine=$1 wasm hash out=dist/engine/$1 profile=engine-${1/containers/cpu}
    say "building the $engine engine"
    # --crate-type: with the rlib beside it rustc would skip link-time optimisation.
    cargo rustc --locked --lib --crate-type cdylib --profile "$profile" --target wasm32-unknown-unknown \
        --no-default-features --features "$engine"
    wasm=$TARGET/wasm32-unknown-unknown/$profile/twinpurify.wasm
    hash="$(fingerprint "$wasm" package-lock.json scripts/build/lean.js) $(wasm_bindgen_version)"
    if [[ -f $out/twinpurify_bg.wasm ]] && fresh "engine-$engine" "$hash"; then return; fi
    # Into a new folder first: a page served from dist/ meanwhile never sees one half of each.
    rm -rf "$out.new"
    "$WASM_BINDGEN" --target web --remove-name-section --remove-producers-section \
        --out-dir "$out.new" --out-name twinpurify "$wasm"
    if [[ $engine == containers ]]; then allow_afresh "$out.new/twinpurify.js"; fi
    lean "$out.new/twinpurify.js"
    rm -rf "$out"
    mv "$out.new" "$out"
    stamp "engine-$engine" "$hash"
}

# allow_afresh GLUE: wasm-bindgen's glue makes one instance for ever. After a trap the containers' module is instantiated
# anew from the compiled module, without another request, so the two lines that forbid it go.
allow_afresh() {
    local guard='if (wasm !== undefined) return wasm;'
    (($(grep -cF "$guard" "$1") == 2)) || die "wasm-bindgen's glue has changed: \"$guard\" is not there twice"
    grep -vF "$guard" "$1" >"$1.new"
    mv "$1.new" "$1"
}

# lean PATH…: a visitor downloads no comments.
lean() { node scripts/build/lean.js "$@"; }

copy_page() {
    local hash
    hash=$(fingerprint index.html www demo LICENSE-MIT LICENSE-APACHE package-lock.json scripts/build/lean.js)
    if [[ -f dist/index.html ]] && fresh page "$hash"; then return; fi
    say "copying the page"
    rm -rf dist/www dist/demo
    cp index.html LICENSE-MIT LICENSE-APACHE dist/
    cp -R www demo dist/
    lean dist/www
    stamp page "$hash"
}

build_dist() {
    # Not with what else is set up: it may have to be compiled, which a test run does beside its Rust tests.
    need_wasm_bindgen
    mkdir -p dist/engine
    copy_page
    build_engine cpu
    build_engine gpu
    build_engine containers
    # Last: the service worker lists everything that is there.
    python3 scripts/build/offline.py dist
    lean dist/sw.js
    python3 scripts/build/sizes.py dist
}

serve_dist() {
    exec python3 scripts/build/serve.py dist
}
