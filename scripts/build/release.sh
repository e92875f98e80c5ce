# Make release/: what a version hands out. The page and the npm package by release.py, the program here.

setup_release() {
    need_node
    need_node_modules
}

# make_release [--without-binary]: from dist/ as it stands.
make_release() {
    rm -rf release
    say "the page's zip, the npm package, licences"
    python3 scripts/build/release.py dist release
    if [[ ${1:-} == --without-binary ]]; then
        say "SKIPPED: the program (--without-binary)"
    else
        release_binary
    fi
    (cd release && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%P\0' | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS)
    say "release/ of version $(<release/VERSION):"
    (cd release && ls -l)
}

# The program with completions, manual pages and licences, for this machine.
release_binary() {
    local host name stage
    host=$(rustc -vV | sed -n 's/^host: //p')
    name=twinpurify-$(<release/VERSION)-$host
    stage=release/$name
    say "the program, for $host"
    cargo build --locked --release --bin twinpurify
    mkdir -p "$stage"
    cp "$TARGET/release/twinpurify" LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md "$stage/"
    "$stage/twinpurify" manual --out "$stage" >/dev/null
    python3 scripts/build/licences.py native "$stage/LICENCES.txt" >/dev/null
    tar --sort=name --owner=0 --group=0 --numeric-owner -czf "release/$name.tar.gz" -C release "$name"
    rm -rf "$stage"
}
