"""No input gives a 500: good requests are bent in every place, and what comes back must be a whole answer."""

import base64
import copy
import json
import re
import time
import urllib.parse

from client import Connection, NoAnswer, NotSent
from good_requests import GOOD
from hostile import BODIES, CHUNKS, HEADERS, LINES, NUMBERS, PATHS, QUERIES, RAW, TEXTS, WORDS
from promise import promise
from workload import Place

# Seconds without an answer that are a finding.
SILENCE = 10.0
MEMORY = 400 << 20
# What is not here (501), and another version of HTTP (505).
NOT_SPOKEN = (501, 505)
# Words that have no place in an answer.
LEAKS = re.compile(
    rb"SELECT |INSERT INTO|UPDATE [a-z_]+ SET|sqlite|SQLITE|libpq|psql|UNIQUE constraint|near \"|"
    rb"no such (?:table|column)|Sources/|\.swift|Fatal error|NIO[A-Z]|DecodingError"
)


class Fuzzer:
    """Makes one request after another from a seed. A request is bytes, and what it was made from."""

    def __init__(self, dice, names, further=()):
        """`further` are requests beyond `GOOD`."""
        self.dice = dice
        self.names = names
        self.requests = GOOD + list(further)
        self.tokens = [""]

    def next(self):
        """(what was done, method, bytes)"""
        method, path, query, body = copy.deepcopy(self.dice.choice(self.requests))
        path, query, body = self._filled(path), self._filled(query), self._filled(body)
        if not path.startswith("/"):
            path = self.dice.choice(["/api/2.0/mlflow/"] * 8 + ["/ajax-api/2.0/mlflow/", "/api/3.0/mlflow/"]) + path
        how = self.dice.choices(
            ["value", "filter", "raw", "bytes", "body", "query", "path", "header", "line", "chunks", "method", "good"],
            [30, 12, 8, 8, 5, 10, 10, 10, 2, 2, 2, 3],
        )[0]
        if how in ("value", "raw", "bytes") and body is None:
            how = "value-in-query" if query else "path"
        return how, *getattr(self, "_" + how.replace("-", "_"))(method, path, query, body)

    def _filled(self, value):
        """Names put in place of the marks."""
        if isinstance(value, str):
            for name, real in self.names.items():
                value = value.replace("{" + name + "}", real)
            return value
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return value

    # Ways to bend a request: each gives (method, bytes).

    def _good(self, method, path, query, body):
        return self._wire(method, path, query, self._json(body))

    def _value(self, method, path, query, body):
        for _ in range(self.dice.choice([1, 1, 1, 2, 4])):
            body = self._bent(body)
        return self._wire(method, path, query, self._json(body))

    def _bent(self, body):
        """One place of the body is changed."""
        places = list(self._places(body, ()))
        if not places:
            return body
        place = self.dice.choice(places)
        parent = body
        for step in place[:-1]:
            parent = parent[step]
        key = place[-1]
        act = self.dice.randrange(8)
        if act == 0:
            del parent[key]
        elif act == 1:
            parent[key] = [parent[key]] * self.dice.choice([0, 1, 2, 1001])
        elif act == 2:
            parent[key] = {self._text(): parent[key]}
        elif act == 3 and isinstance(parent, dict):
            parent[self.dice.choice([key.upper(), self._text(), key + "\x00"])] = parent.pop(key)
        elif act == 4:
            parent[key] = self.dice.choice([None, True, False, [], {}, [[]], [None], {"": ""}])
        elif act == 5:
            parent[key] = self.dice.choice(NUMBERS)
        else:
            parent[key] = self._text()
        return body

    def _places(self, value, place):
        items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, item in items:
            yield (*place, key)
            yield from self._places(item, (*place, key))

    def _text(self):
        kind = self.dice.randrange(10)
        if kind < 7:
            return self.dice.choice(TEXTS)
        if kind == 7:
            return self._token()
        if kind == 8:
            # Characters of several bytes and scalars in the middle of what means something.
            text = self.dice.choice(TEXTS)[:200]
            place = self.dice.randrange(len(text) + 1)
            cluster = self.dice.choice(["\r\n", "\u0301", "\u200d", "\U0001f468\u200d\U0001f469"])
            return text[:place] + cluster * self.dice.choice([1, 2, 4]) + text[place + self.dice.choice([0, 2, 8]) :]
        return "".join(chr(self.dice.choice([self.dice.randrange(128), self.dice.randrange(0x3000)])) for _ in range(9))

    def _token(self):
        """A page token: one the server gave, with a byte changed, or one of another making."""
        token = self.dice.choice(self.tokens)
        if token and self.dice.random() < 0.7:
            raw = bytearray(base64.b64decode(token))
            raw[self.dice.randrange(len(raw))] ^= 1 << self.dice.randrange(8)
            return base64.b64encode(raw).decode()
        return self.dice.choice(
            [token, token[:-1], base64.b64encode(b'{"offset": 5}').decode(), "zzz", "=", "é", "A" * 9000]
        )

    def _filter(self, method, path, query, body):
        words = " ".join(self.dice.choice(WORDS) for _ in range(self.dice.choice([1, 2, 3, 3, 4, 7, 7, 40])))
        searches = [
            ("POST", "/api/2.0/mlflow/runs/search", {"experiment_ids": [self.names["experiment"]]}),
            ("POST", "/api/2.0/mlflow/experiments/search", {"max_results": 5}),
            ("POST", "/api/2.0/mlflow/logged-models/search", {"experiment_ids": [self.names["experiment"]]}),
            ("GET", "/api/2.0/mlflow/registered-models/search", {}),
            ("GET", "/api/2.0/mlflow/model-versions/search", {}),
            ("GET", "/api/2.0/mlflow/experiments/search", {"max_results": 5}),
            ("GET", "/api/v1/experiments", {}),
            ("GET", "/api/v1/runs", {}),
            ("GET", "/api/v1/models", {}),
        ]
        method, path, arguments = self.dice.choice(searches)
        member = self.dice.choice(["filter", "filter", "order_by", "page_token"])
        value = self._token() if member == "page_token" else words
        if member == "order_by" and method == "POST":
            value = (
                {"field_name": value, "ascending": self.dice.choice([True, False, 1])} if "logged" in path else value
            )
            value = [value] * self.dice.choice([1, 1, 2, 40])
        arguments = arguments | {member: value}
        if method == "GET":
            return self._wire(method, path, arguments, b"")
        return self._wire(method, path, {}, self._json(arguments))

    def _raw(self, method, path, query, body):
        """JSON that no writer would write, in place of a value."""
        places = [place for place in self._places(body, ()) if place]
        if not places:
            return self._body(method, path, query, body)
        place = self.dice.choice(places)
        parent = body
        for step in place[:-1]:
            parent = parent[step]
        parent[place[-1]] = "\x01RAW\x01"
        text = json.dumps(body).replace('"\\u0001RAW\\u0001"', self.dice.choice(RAW))
        if self.dice.random() < 0.2:
            # A member that is there twice.
            text = text[:-1] + "," + text[1:]
        return self._wire(method, path, query, text.encode("utf-8", "surrogatepass"))

    def _bytes(self, method, path, query, body):
        data = bytearray(self._json(body))
        for _ in range(self.dice.choice([1, 1, 2, 8])):
            place = self.dice.randrange(len(data) or 1)
            act = self.dice.randrange(4)
            if act == 0 and data:
                data[place % len(data)] = self.dice.randrange(256)
            elif act == 1:
                del data[place:]
            elif act == 2:
                data[place:place] = self.dice.randbytes(self.dice.choice([1, 3, 200]))
            else:
                data[place:place] = data[: self.dice.randrange(len(data) + 1)]
        return self._wire(method, path, query, bytes(data))

    def _body(self, method, path, query, body):
        return self._wire(method, path, query, self.dice.choice(BODIES))

    def _value_in_query(self, method, path, query, body):
        if len(query) > 8:
            query = dict(self.dice.sample(sorted(query.items()), 3))
        key = self.dice.choice(list(query))
        if self.dice.random() < 0.2:
            del query[key]
        else:
            query[key] = self.dice.choice(
                [self._text(), str(self.dice.choice(NUMBERS[:12])), [self._text(), self._text()]]
            )
        return self._wire(method, path, query, self._json(body))

    def _query(self, method, path, query, body):
        text = urllib.parse.urlencode(query, doseq=True) + self.dice.choice(["", "&"]) + self.dice.choice(QUERIES)
        return self._wire(method, f"{path}?{text}", {}, self._json(body))

    def _path(self, method, path, query, body):
        bent = self.dice.choice(PATHS)
        act = self.dice.randrange(5)
        if act == 0:
            path = f"{path}/{bent}"
        elif act == 1:
            path = path.rsplit("/", 1)[0] + "/" + bent
        elif act == 2:
            parts = path.split("/")
            parts[self.dice.randrange(1, len(parts))] = bent
            path = "/".join(parts)
        elif act == 3:
            path = f"/api/2.0/mlflow-artifacts/artifacts/{bent}"
        else:
            path = self.dice.choice(
                [path.upper(), path + "/", "/" + path, path.replace("/", "//"), path.replace("/", "%2f"), bent]
            )
        body = b"x" if method == "PUT" else self._json(body)
        return self._wire(method, path, query, body)

    def _header(self, method, path, query, body):
        headers = {}
        for _ in range(self.dice.choice([1, 1, 2])):
            name, values = self.dice.choice(HEADERS)
            headers[name] = self.dice.choice(values)
        return self._wire(method, path, query, self._json(body), headers)

    def _line(self, method, path, query, body):
        return "GET", self.dice.choice(LINES)

    def _chunks(self, method, path, query, body):
        method, head = self._wire("POST", path, query, b"", {"Transfer-Encoding": "chunked"})
        return method, head + self.dice.choice(CHUNKS)

    def _method(self, method, path, query, body):
        method = self.dice.choice(
            ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND", "FOO", "get"]
        )
        return self._wire(method, path, query, self._json(body))

    def _json(self, body):
        return (
            b""
            if body is None
            else json.dumps(body, ensure_ascii=self.dice.random() < 0.5).encode("utf-8", "surrogatepass")
        )

    def _wire(self, method, path, query, body, headers=None):
        if query:
            path += "?" + urllib.parse.urlencode(query, doseq=True, errors="replace")
        path = path.replace(" ", "%20").replace("\r", "%0d").replace("\n", "%0a")
        fields = {"Host": "127.0.0.1", "Content-Type": "application/json"}
        if body or method in ("POST", "PUT", "PATCH"):
            fields["Content-Length"] = str(len(body))
        fields |= headers or {}
        if "Transfer-Encoding" in fields and self.dice.random() < 0.8:
            fields.pop("Content-Length", None)
        lines = [f"{method} {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in fields.items()]
        return method, "\r\n".join(lines).encode("utf-8", "surrogatepass") + b"\r\n\r\n" + body


def wrong(data, answer, folder):
    """What is wrong with an answer, or None."""
    if answer.status >= 500 and answer.status not in NOT_SPOKEN:
        return f"was answered {answer.status}"
    if answer.status >= 400:
        if leak := LEAKS.search(answer.body):
            return f"tells of {leak.group()!r}"
        if folder.encode() in answer.body and folder.encode() not in data:
            return "tells the server's folder"
        if data.split(b" ", 2)[1:2] and data.split(b" ", 2)[1].startswith((b"/api/", b"/ajax-api/")):
            is_plain = answer.status == 403 and answer.headers.get("content-type", "").startswith("text/plain")
            if answer.body and not is_plain and not (answer.member("error_code") or answer.member("error")):
                return "is not told its error in JSON"
    return None


def things(server):
    """Something of each kind that requests speak of."""
    client = server.client()
    place = Place.make(client)
    run = place.run(client, "fuzzed")
    client.json("POST", "model-versions/create", {"name": place.model, "source": "s3://bucket/x"})
    names = {"experiment": place.experiment, "run": run, "model": place.model, "upload": "u"}
    logged = client.post("logged-models", {"experiment_id": place.experiment, "name": "logged"})
    names["logged"] = logged.json["model"]["info"]["model_id"] if logged.ok else "m-none"
    events = [{"entity": "MODEL_VERSION", "action": "CREATED"}]
    body = {"name": "w", "url": "https://example.com/", "events": events, "status": "DISABLED"}
    webhook = client.post("webhooks", body)
    names["webhook"] = webhook.json["webhook"]["webhook_id"] if webhook.ok else "none"
    tokens = []
    for _ in range(4):
        place.run(client, "page")
    for path in ("runs/search", "experiments/search"):
        answer = client.post(path, {"experiment_ids": [place.experiment], "max_results": 1})
        tokens.append(answer.member("next_page_token") or "")
    return names, tokens


# What endpoints of our own API are asked with, where nothing more is known of them than their path.
PARTS = {
    "name": "{model}", "version": "1", "id": "{webhook}", "experiment": "{experiment}", "experiment_id": "{experiment}",
    "run": "{run}", "run_id": "{run}", "key": "m", "path": "a/f", "alias": "a", "sequence": "0",
}  # fmt: skip
ARGUMENTS = {
    "filter": "name LIKE 'a%'", "order_by": "name", "order": "newest", "limit": "3", "page_token": "", "before": "2",
    "at": "1700000000000", "after": "0", "view": "all", "path": "a", "sample": "5", "deleted": "true", "id": "1",
    "experiment": "{experiment}", "run_id": "{run}", "artifact_file_path": "a", "from": "0", "to": "9", "key": "m",
}  # fmt: skip
MEMBERS = {
    "name": "fuzzed", "description": "d", "tags": {"t": "v"}, "params": {"p": "1"}, "status": "FINISHED", "value": "v",
    "metrics": [{"key": "m", "value": 0.5}], "experiment": "{experiment}", "run": "{run}", "start_time": 1,
    "url": "https://example.com/x", "events": ["version.registered"], "secret": "s", "stage": "Staging", "reason": "r",
    "end_time": 2, "version": 1, "alias": "a", "source": "s3://bucket/x", "key": "k",
}  # fmt: skip


def discovered(client):
    """Requests to the endpoints that the server describes and `GOOD` does not know."""
    known = {(method, path.split("/")[-1]) for method, path, _, _ in GOOD}
    for path, operations in client.json("GET", "/openapi.json")["paths"].items():
        for method in operations:
            method = method.upper()
            if path.startswith(("/api/2.0/", "/ajax-api/")) and (method, path.split("/")[-1]) in known:
                continue
            # What is spoken of must stay there.
            parts = {} if method == "DELETE" else PARTS
            filled = re.sub(r"\{(\w+)(?:\.\.\.)?\}", lambda part, parts=parts: parts.get(part[1], part[1]), path)
            yield method, filled, ARGUMENTS, MEMBERS if method in ("POST", "PUT", "PATCH") else None


@promise("no-500", title="bent requests to every endpoint", databases=("sqlite", "postgresql"))
def no_input_gives_a_500(bench):
    server = bench.server()
    server.start()
    names, tokens = things(server)
    fuzzer = Fuzzer(bench.random, names, discovered(server.client()))
    fuzzer.tokens += tokens
    seconds = bench.seconds(12)
    begun = time.monotonic()
    statuses, count, slowest = {}, 0, 0.0
    while time.monotonic() < begun + seconds and len(bench.findings.get("no-500", [])) < 40:
        how, method, data = fuzzer.next()
        count += 1
        what = f"request {count} of seed {bench.options.seed} ({how})"
        asked = time.monotonic()
        try:
            connection = Connection(server.port, SILENCE)
            # Nothing more will come: what the request lacks, it will always lack.
            connection.send(data)
            connection.finish()
            answer = connection.answer(method)
            statuses[answer.status] = statuses.get(answer.status, 0) + 1
            problem = wrong(data, answer, bench.folder)
            detail = f"{answer}"
            connection.close()
        except NoAnswer as reason:
            # A connection that closes without an answer is right for what is no HTTP at all.
            problem = (
                None
                if reason.how in ("closed", "reset") and how in ("line", "header", "chunks")
                else f"got no answer: {reason}"
            )
            detail = ""
            statuses[reason.how] = statuses.get(reason.how, 0) + 1
            connection.close()
        except NotSent as reason:
            bench.broken("no-500", f"{what}: the server does not take connections: {reason}; {server.last_words()}")
            break
        slowest = max(slowest, time.monotonic() - asked)
        if problem:
            kept = bench.logs / f"request-{count}.bin"
            kept.write_bytes(data)
            bench.broken("no-500", f"{what} {problem}: {shown(data)}\n-> {detail}\n(whole request: {kept})")
        if not server.is_alive():
            bench.broken("no-500", f"{what} ended the server: {shown(data)}; {server.last_words()}")
            break
    if server.is_alive():
        memory = server.resident()
        bench.require("no-500", memory < MEMORY, f"{memory >> 20} MB are in use afterwards")
        bench.require("no-500", server.answers(), "the server does not answer afterwards")
        bench.note(f"{memory >> 20} MB afterwards")
    bench.note(f"{count} requests with seed {bench.options.seed}, slowest {slowest:.2f} s")
    bench.note(", ".join(f"{key}: {value}" for key, value in sorted(statuses.items(), key=str)))


def shown(data):
    return repr(data[:700]) + ("..." if len(data) > 700 else "")
