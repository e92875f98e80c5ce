"""Pack what a release hands out, but the program: `release.py DIST FOLDER`.

FOLDER gets twinpurify-page-VERSION.zip (DIST with VERSION, LICENCES.txt and SHA256SUMS), twinpurify-VERSION.tgz (npm),
LICENCES-page.txt, NOTES.md (the version's section of CHANGELOG.md) and VERSION. The same input gives the same zip.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import licences

ROOT = Path(__file__).resolve().parents[2]
# Where a caller's module graph begins: the interface, and the workers that it starts from memory.
DOORS = ["twinpurify.js", "engine-worker.js", "keep-worker.js"]
IMPORT = re.compile(r"""^\s*(?:import|export)\b[^"'`;()]*?["'](\./[^"']+)["']""", re.MULTILINE)
# A zip knows no time zones and nothing before 1980.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def version():
    return re.search(r'^version = "([^"]+)"$', (ROOT / "Cargo.toml").read_text(), re.MULTILINE).group(1)


def notes(of):
    """The version's section of the changelog."""
    sections = re.split(r"^(?=## )", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)
    found = [section for section in sections if section.startswith(f"## {of} ")]
    if len(found) != 1:
        sys.exit(f"release.py: CHANGELOG.md has {len(found)} sections of {of}: write the one of this version")
    return found[0].strip() + "\n"


def zip_page(dist, folder, of, listed):
    files = {path.relative_to(dist).as_posix(): path.read_bytes() for path in sorted(dist.rglob("*")) if path.is_file()}
    files["VERSION"] = f"{of}\n".encode()
    files["LICENCES.txt"] = listed.read_bytes()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["SHA256SUMS"] = sums.encode()
    with zipfile.ZipFile(folder / f"twinpurify-page-{of}.zip", "w") as archive:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"twinpurify-{of}/{name}", NO_TIME)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED, 9)


def modules():
    """The interface's modules, and nothing of the page's."""
    found, waiting = set(), list(DOORS)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += [path.removeprefix("./") for path in IMPORT.findall((ROOT / "www" / name).read_text())]
    return sorted(found)


def pack_npm(dist, folder, of, listed):
    with tempfile.TemporaryDirectory() as temporary:
        stage = Path(temporary)
        (stage / "www").mkdir()
        for name in [*modules(), "engine.d.ts", "gene_map.tsv.gz", "markers_NOTICE.txt"]:
            shutil.copy(ROOT / "www" / name, stage / "www" / name)
        types = ["npx", "--no-install", "tsc", "--allowJs", "--declaration", "--emitDeclarationOnly", "--target", "ES2022", "--module"]
        types += ["ESNext", "--moduleResolution", "bundler", "--lib", "ES2023,DOM,DOM.Iterable", "--strict", "--skipLibCheck"]
        types += ["--rootDir", "www", "--outDir", str(stage / "www"), "www/twinpurify.js"]
        subprocess.run(types, cwd=ROOT, check=True)
        for engine in ("cpu", "gpu", "containers"):
            (stage / "engine" / engine).mkdir(parents=True)
            for name in ("twinpurify.js", "twinpurify_bg.wasm"):
                shutil.copy(dist / "engine" / engine / name, stage / "engine" / engine / name)
        for name in ("LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"):
            shutil.copy(ROOT / name, stage / name)
        shutil.copy(listed, stage / "LICENCES.txt")
        shutil.copy(ROOT / "docs/npm.md", stage / "README.md")
        package = {
            "name": "twinpurify",
            "version": of,
            "description": "Purified tumour embeddings from bulk expression, trained in the browser: an independent implementation of TwinPurify",
            "license": "MIT OR Apache-2.0",
            "type": "module",
            "exports": {".": {"types": "./www/twinpurify.d.ts", "default": "./www/twinpurify.js"}, "./package.json": "./package.json"},
            "types": "./www/twinpurify.d.ts",
            "files": ["www", "engine", "LICENCES.txt", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"],
            "keywords": ["gene-expression", "tumour-purity", "self-supervised", "webassembly", "webgpu"],
        }
        (stage / "package.json").write_text(json.dumps(package, indent=2) + "\n")
        pack = ["npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder)]
        subprocess.run(pack, cwd=stage, check=True, stdin=subprocess.DEVNULL)


def main():
    dist, folder = Path(sys.argv[1]), Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    of = version()
    (folder / "NOTES.md").write_text(notes(of))
    (folder / "VERSION").write_text(f"{of}\n")
    listed = folder / "LICENCES-page.txt"
    licences.write("page", listed)
    zip_page(dist, folder, of, listed)
    pack_npm(dist, folder, of, listed)


if __name__ == "__main__":
    main()
