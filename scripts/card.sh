#!/usr/bin/env bash
# Training steps on a graphics card, without a browser and without a network: the GPU engine as it was built for the browser and
# jax-js through Dawn in Node, the native program where it was built with `--features gpu`, PyTorch where it is there.
#
#   scripts/card.sh pack        here: gather what travels into .build/card (about 40 MB; needs ./build.sh dist and npm)
#   scripts/card.sh run [OUT]   there: measure, inside eight minutes; one JSON object a line, into OUT/card.jsonl too
set -euo pipefail
cd "$(dirname "$0")/.."
readonly CARD=.build/card
readonly SHAPES=("256 2000 256 64" "512 5000 512 128")
readonly SECONDS_EACH=10 ROUNDS=3

pack() {
    [[ -f dist/engine/gpu/twinpurify_bg.wasm ]] || { echo "card.sh: run ./build.sh dist first" >&2; exit 1; }
    rm -rf "$CARD"
    mkdir -p "$CARD/peers/@jax-js" "$CARD/dist"
    local fetched
    fetched=$(mktemp -d)
    (cd "$fetched" && npm init -y >/dev/null && npm i --silent --no-audit --no-fund --ignore-scripts webgpu@0.4 "@jax-js/jax@$(sed -nE 's/.*"@jax-js\/jax": "(.*)".*/\1/p' "$OLDPWD/bench/package.json")")
    cp -R dist/engine "$CARD/dist/"
    rm -rf "$CARD/dist/engine/containers"
    cp -R "$fetched/node_modules/@jax-js/jax" "$CARD/peers/@jax-js/"
    cp "$fetched/node_modules/webgpu/dist/linux-x64/dawn.node" "$CARD/"
    xz -T0 -9 -f "$CARD/dawn.node"
    xz -T0 -6 -c "$(command -v node)" >"$CARD/node.xz"
    if [[ -x target/release/twinpurify ]] && target/release/twinpurify train --help | grep -q gpu; then
        xz -T0 -6 -c target/release/twinpurify >"$CARD/twinpurify.xz"
    fi
    rm -rf "$fetched"
    du -sh "$CARD"
}

# One line of JSON, or why there is none.
measured() { timeout 120 "$@" 2>"$work/errors" | tee -a "$out/card.jsonl" || echo "{\"failed\": \"$*\"}" | tee -a "$out/card.jsonl"; }

run() {
    out=${1:-.} work=$(mktemp -d)
    mkdir -p "$out"
    xz -dc "$CARD/dawn.node.xz" >"$work/dawn.node"
    xz -dc "$CARD/node.xz" >"$work/node"
    chmod +x "$work/node"
    export DIST=$CARD/dist PEERS=$CARD/peers DAWN=$work/dawn.node
    local shape round
    for shape in "${SHAPES[@]}"; do
        # shellcheck disable=SC2086
        measured "$work/node" bench/card/run.mjs curves $shape 0
        for ((round = 0; round < ROUNDS; round++)); do
            for engine in twinpurify jax; do
                # shellcheck disable=SC2086
                measured "$work/node" bench/card/run.mjs "$engine" $shape "$SECONDS_EACH"
            done
            # shellcheck disable=SC2086
            if python3 -c 'import torch, sys; sys.exit(not torch.cuda.is_available())' 2>/dev/null; then
                measured python3 bench/native/torch_step.py $shape 1 "$SECONDS_EACH" cuda
            fi
        done
    done
    if [[ -f $CARD/twinpurify.xz ]]; then
        xz -dc "$CARD/twinpurify.xz" >"$work/twinpurify"
        chmod +x "$work/twinpurify"
        "$work/twinpurify" simulate --out "$work/cohort" --tumours 300 --normals 60 --genes 5000 --seed 3 >/dev/null
        for device in cpu gpu; do
            local began=$SECONDS
            if timeout 150 "$work/twinpurify" train "$work/cohort" --out "$work/$device" --device "$device" --epochs 60; then
                echo "{\"native\": \"$device\", \"seconds\": $((SECONDS - began))}" | tee -a "$out/card.jsonl"
            fi
        done
    fi
}

case ${1:-} in
    pack) pack ;;
    run) run "${2:-.}" ;;
    *) sed -n '2,7p' "$0"; exit 2 ;;
esac
