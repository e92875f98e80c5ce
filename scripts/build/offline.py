"""Write DIST/sw.js and DIST/www/version.js: `offline.py DIST`.

The service worker names every file that the page may ask for with the start of its SHA-256, so a version is whole or it
is not installed; the version is the hash of that list.
"""

import hashlib
import json
import sys
from pathlib import Path

from sizes import is_fetched


def digest(data):
    return hashlib.sha256(data).hexdigest()[:12]


def main():
    dist = Path(sys.argv[1])
    template = Path(__file__).resolve().parents[2] / "sw.js"
    version_file = dist / "www/version.js"
    files = {}
    for path in sorted(dist.rglob("*")):
        name = path.relative_to(dist).as_posix()
        # A folder being laid anew ends in .new; the two files written here cannot name themselves.
        if not path.is_file() or not is_fetched(path) or ".new/" in name or name == "sw.js" or path == version_file:
            continue
        files["./" if name == "index.html" else name] = digest(path.read_bytes())
    version = digest(json.dumps(files).encode() + template.read_bytes())
    comment, _ = (template.parent / "www/version.js").read_text().split("export const VERSION")
    version_file.write_text(f'{comment}export const VERSION = "{version}";\n')
    files["www/version.js"] = digest(version_file.read_bytes())
    source = template.read_text()
    for name, value in (("VERSION", json.dumps(version)), ("FILES", json.dumps(files, indent=1))):
        empty = f"const {name} = " + ('""' if name == "VERSION" else "{}") + ";"
        if source.count(empty) != 1:
            sys.exit(f"offline.py: sw.js has no line `{empty}`")
        source = source.replace(empty, f"const {name} = {value};")
    (dist / "sw.js").write_text(source)


if __name__ == "__main__":
    main()
