#!/usr/bin/env bash
# Set up, build, serve, test or bench TwinPurify in the browser. `./build.sh help` says how.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=scripts/build/common.sh
source scripts/build/common.sh
# shellcheck source=scripts/build/setup.sh
source scripts/build/setup.sh
# shellcheck source=scripts/build/dist.sh
source scripts/build/dist.sh
# shellcheck source=scripts/build/test.sh
source scripts/build/test.sh
# shellcheck source=scripts/build/bench.sh
source scripts/build/bench.sh
# shellcheck source=scripts/build/release.sh
source scripts/build/release.sh

help() {
    cat <<'TEXT'
./build.sh          set up what is missing, build into dist/, serve on localhost and print the address
./build.sh dist     set up and build dist/, a static folder that any web server can serve
./build.sh test     set up and run every test; what already passed on exactly these files is not run again
./build.sh test --again    run them all the same
./build.sh bench    steps per second, load time, memory and download size beside their peers, as ratios
./build.sh release  release/: the page as a zip, the npm package, the program with its manual, licences, SHA-256 of each
./build.sh release --without-binary    the same without the program, which takes its own build
./build.sh clean    remove what this script made (dist/, release/, .build/, node_modules/); `cargo clean` removes the rest
TEXT
}

# One command a line: inside an && list bash would not stop at a failure.
case "${1:-serve}" in
    serve)
        setup_build
        build_dist
        serve_dist
        ;;
    dist)
        setup_build
        build_dist
        ;;
    test)
        setup_build
        setup_test
        run_tests "${@:2}"
        ;;
    bench)
        setup_build
        setup_bench
        build_dist
        run_bench
        ;;
    release)
        [[ ${2:-} == "" || $2 == --without-binary ]] || die "release knows --without-binary, and no \"$2\""
        setup_build
        setup_release
        build_dist
        make_release "${2:-}"
        ;;
    clean)
        rm -rf dist release .build node_modules
        ;;
    help | -h | --help)
        help
        ;;
    *)
        help >&2
        die "there is no \"$1\""
        ;;
esac
