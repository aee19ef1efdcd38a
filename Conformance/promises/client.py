"""HTTP as the tests need it: over a plain socket, so that it is known what was sent and how the answer ended."""

import json
import socket
import urllib.parse

API = "/api/2.0/mlflow/"
ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts/"


class NotSent(Exception):
    """There was no connection, so the server cannot have seen the request."""


class NoAnswer(Exception):
    """The request was sent, at least in part, and no whole answer came: what became of it is unknown.

    `how` is "closed" (an orderly end before the first byte of an answer), "reset", "cut" (an end within the answer) or
    "timeout".
    """

    def __init__(self, how, detail=""):
        super().__init__(f"{how} {detail}".strip())
        self.how = how


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def ok(self):
        return self.status == 200

    @property
    def json(self):
        return json.loads(self.body)

    def member(self, name):
        """A member of the answer, when it is a JSON object that has it; else None."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return None
        return value.get(name) if isinstance(value, dict) else None

    @property
    def closes(self):
        return self.headers.get("connection", "").lower() == "close"

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Connection:
    """One connection: bytes out, answers in."""

    def __init__(self, port, timeout=30.0):
        try:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        except OSError as error:
            raise NotSent(str(error)) from None
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def close(self):
        self.socket.close()

    def send(self, data):
        try:
            self.socket.sendall(data)
        except TimeoutError:
            raise NoAnswer("timeout", "while sending") from None
        except OSError as error:
            # An answer may have come although not all was taken: 413, for instance.
            if not self._has_answer():
                raise NoAnswer("reset", str(error)) from None

    def finish(self):
        """Says that nothing more will be sent."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def answer(self, method="GET"):
        """Reads one whole answer (interim ones are passed over)."""
        answer = self.head()
        answer.body = b"".join(self.pieces(answer, method))
        return answer

    def head(self):
        """Reads an answer up to its body."""
        while True:
            head = self._until(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            parts = lines[0].split(" ", 2)
            if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
                raise NoAnswer("cut", f"not an answer: {head[:100]!r}")
            status = int(parts[1])
            if status >= 200 or status == 101:
                break
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        return Answer(status, headers, b"")

    def pieces(self, answer, method="GET"):
        """The body that belongs to a head, piece by piece."""
        if method == "HEAD" or answer.status in (204, 304):
            return
        if "chunked" in answer.headers.get("transfer-encoding", ""):
            while True:
                try:
                    size = int(self._until(b"\r\n").split(b";")[0], 16)
                except ValueError:
                    raise NoAnswer("cut", "a chunk without a size") from None
                yield from self._exactly(size)
                if b"".join(self._exactly(2)) != b"\r\n":
                    raise NoAnswer("cut", "a chunk without an end")
                if size == 0:
                    return
        elif "content-length" in answer.headers:
            yield from self._exactly(int(answer.headers["content-length"]))
        else:
            while piece := self.buffer or self._receive():
                self.buffer = b""
                yield piece

    def _receive(self):
        try:
            return self.socket.recv(1 << 18)
        except TimeoutError:
            raise NoAnswer("timeout") from None
        except OSError as error:
            raise NoAnswer("reset", str(error)) from None

    def _has_answer(self):
        try:
            self.buffer += self.socket.recv(1 << 16)
        except OSError:
            return False
        return bool(self.buffer)

    def _until(self, mark):
        while mark not in self.buffer:
            piece = self._receive()
            if not piece:
                raise NoAnswer("cut" if self.buffer else "closed", repr(self.buffer[:60]) if self.buffer else "")
            self.buffer += piece
        found, self.buffer = self.buffer.split(mark, 1)
        return found

    def _exactly(self, count):
        while count:
            piece = self.buffer or self._receive()
            if not piece:
                raise NoAnswer("cut", f"{count} bytes short")
            self.buffer = piece[count:]
            piece = piece[:count]
            count -= len(piece)
            yield piece


def request_bytes(method, target, body=b"", headers=None, host="127.0.0.1"):
    fields = {"Host": host}
    if body or method not in ("GET", "HEAD", "DELETE"):
        fields["Content-Length"] = str(len(body))
    fields |= headers or {}
    lines = [f"{method} {target} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


class Client:
    """Requests one after another over a connection that is kept, and made again when it has ended.

    `last` tells which the last answer was: the port of this end of the connection, and its number on it.
    """

    def __init__(self, port, timeout=30.0):
        self.port = port
        self.timeout = timeout
        self.connection = None
        self.last = (0, 0)

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def call(self, method, path, body=None, *, query=None, headers=None):
        """Sends a request and waits for the answer. `path` is below /api/2.0/mlflow/ unless it begins with a slash;
        `body` is bytes, or anything else as JSON. Raises NotSent and NoAnswer.
        """
        target = path if path.startswith("/") else API + path
        if query:
            target += "?" + urllib.parse.urlencode(query, doseq=True)
        fields = dict(headers or {})
        content = b""
        if body is not None:
            raw = isinstance(body, bytes)
            content = body if raw else json.dumps(body).encode()
            fields.setdefault("Content-Type", "application/octet-stream" if raw else "application/json")
        if self.connection is None:
            self.connection = Connection(self.port, self.timeout)
            self.last = (self.connection.socket.getsockname()[1], 0)
        try:
            self.connection.send(request_bytes(method, target, content, fields))
            answer = self.connection.answer(method)
        except NoAnswer:
            self.close()
            raise
        self.last = (self.last[0], self.last[1] + 1)
        if answer.closes:
            self.close()
        return answer

    def get(self, path, **query):
        return self.call("GET", path, query=query)

    def post(self, path, body, **options):
        return self.call("POST", path, body, **options)

    def json(self, method, path, body=None, **options):
        """The JSON of a 200 answer; anything else is an error of the test."""
        answer = self.call(method, path, body, **options)
        if not answer.ok:
            raise AssertionError(f"{method} {path} was answered {answer}")
        return answer.json

    def pages(self, method, path, member, arguments):
        """All rows of a paged list."""
        token = None
        while True:
            page = arguments | ({"page_token": token} if token else {})
            found = self.json(method, path, page) if method == "POST" else self.json(method, path, query=page)
            yield from found.get(member, [])
            token = found.get("next_page_token")
            if not token:
                return
