"""Serve a folder on this computer only, as a static host would: `serve.py FOLDER [PORT]`.

Port: the first free one from 8080, or the one given (0 = any). The one line printed is the address.
"""

import http.server
import sys
from functools import partial


class StaticHandler(http.server.SimpleHTTPRequestHandler):
    # Python takes types from the machine's registry, where .js or .wasm may be anything; modules and
    # streaming compilation insist on these.
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".wasm": "application/wasm",
        ".json": "application/json",
        ".svg": "image/svg+xml",
        ".gz": "application/gzip",
        ".webmanifest": "application/manifest+json",
    }

    def end_headers(self):
        # A rebuilt dist/ shows at the next reload.
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, format, *args):
        pass


def bind(folder, ports):
    handler = partial(StaticHandler, directory=folder)
    for port in ports:
        try:
            return http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
        except OSError:
            continue
    sys.exit(f"serve.py: no free port among {ports}")


def main():
    folder = sys.argv[1]
    ports = [int(sys.argv[2])] if len(sys.argv) > 2 else range(8080, 8180)
    server = bind(folder, ports)
    print(f"http://127.0.0.1:{server.server_address[1]}/  (Ctrl-C stops)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
