"""Small servers on loopback: a receiver that remembers who asked, and the page of an attacker."""

import contextlib
import http.server
import threading


class Remembering(http.server.BaseHTTPRequestHandler):
    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        self.server.asked.append((self.command, self.path, body))
        content, kind = self.server.pages.get(self.path, (b"", "text/plain"))
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = do_DELETE = answer

    def log_message(self, *_):
        pass


class Place:
    """A server that runs: `asked` is what it was asked, `pages` what it answers with besides an empty text."""

    def __init__(self, server):
        self.server = server
        self.asked = server.asked
        self.pages = server.pages
        self.port = server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def page(self, path, html):
        self.pages[path] = (html.encode(), "text/html; charset=utf-8")


@contextlib.contextmanager
def place():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Remembering)
    server.asked, server.pages, server.daemon_threads = [], {}, True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Place(server)
    finally:
        server.shutdown()
        server.server_close()
