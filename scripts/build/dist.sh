# Build dist/: index.html, sw.js, www/, engine/cpu/, engine/gpu/ and demo/. Every step is skipped when its input did not change.

# build_engine cpu|gpu: one crate, built twice (Cargo.toml says why the profiles differ).
build_engine() {
    local engine=$1 wasm hash out=dist/engine/$1
    say "building the $engine engine"
    # --crate-type: with the rlib beside it rustc would skip link-time optimisation.
    cargo rustc --locked --lib --crate-type cdylib --profile "engine-$engine" --target wasm32-unknown-unknown \
        --no-default-features --features "$engine"
    wasm=$TARGET/wasm32-unknown-unknown/engine-$engine/twinpurify.wasm
    hash="$(fingerprint "$wasm") $(wasm_bindgen_version)"
    if [[ -f $out/twinpurify_bg.wasm ]] && fresh "engine-$engine" "$hash"; then return; fi
    # Into a new folder first: a page served from dist/ meanwhile never sees one half of each.
    rm -rf "$out.new"
    "$WASM_BINDGEN" --target web --remove-name-section --remove-producers-section \
        --out-dir "$out.new" --out-name twinpurify "$wasm"
    rm -rf "$out"
    mv "$out.new" "$out"
    stamp "engine-$engine" "$hash"
}

copy_page() {
    local hash
    hash=$(fingerprint index.html www demo LICENSE-MIT LICENSE-APACHE)
    if [[ -f dist/index.html ]] && fresh page "$hash"; then return; fi
    say "copying the page"
    rm -rf dist/www dist/demo
    cp index.html LICENSE-MIT LICENSE-APACHE dist/
    cp -R www demo dist/
    stamp page "$hash"
}

build_dist() {
    mkdir -p dist/engine
    copy_page
    build_engine cpu
    build_engine gpu
    # Last: the service worker lists everything that is there.
    python3 scripts/build/offline.py dist
    python3 scripts/build/sizes.py dist
}

serve_dist() {
    exec python3 scripts/build/serve.py dist
}
