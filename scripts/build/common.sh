# What the other parts of build.sh share: messages, and stamps that let a second run skip what did not change.

readonly STAMPS=.build/stamps
# Relative to the repository root, where build.sh runs everything; cargo's own variable wins.
readonly TARGET="${CARGO_TARGET_DIR:-target}"

if [[ -t 1 ]]; then
    say() { printf '\033[1m» %s\033[0m\n' "$*"; }
else
    say() { printf '» %s\n' "$*"; }
fi

die() {
    printf 'build.sh: %s\n' "$*" >&2
    exit 1
}

# missing WHAT COMMAND: name the one command that gets what we may not, or cannot, install ourselves.
missing() {
    die "$1 is missing. This installs it:
    $2"
}

has() { command -v "$1" >/dev/null 2>&1; }

# fingerprint PATH…: one hash of the names and contents of files, and of folders' files; absent paths count as such.
fingerprint() {
    local path
    for path in "$@"; do
        if [[ -e $path ]]; then
            find -L "$path" -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum
        else
            printf 'absent %s\n' "$path"
        fi
    done | sha256sum | cut -d ' ' -f 1
}

# fresh NAME HASH: did the step NAME end well with the same HASH before?
fresh() { [[ -f $STAMPS/$1 && $(<"$STAMPS/$1") == "$2" ]]; }

# stamp NAME HASH: the step NAME ended well.
stamp() {
    mkdir -p "$STAMPS"
    printf '%s\n' "$2" >"$STAMPS/$1"
}
