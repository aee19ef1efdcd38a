"""Attacks: what trackers of this kind were broken with, class by class, against this server.

Each class is tried in many spellings, because the usual history is that one spelling was closed and the next one
worked. What an attack must not reach is planted: a file outside the artifacts that is not to be read, changed or
deleted, a variable of the environment, an address on loopback that is not to be called.
"""

import contextlib
import json
import os
import pathlib
import re
import socket
import threading
import urllib.parse
import uuid

from client import ARTIFACTS, Connection, NoAnswer, NotSent, request_bytes
from fuzz import MEMORY, wrong
from hostile import DOTS, EXPANDED, FILE_NAMES, INSIDE, ORIGINS, SLASHES, SMUGGLED
from promise import promise
from workload import Place

# Seconds in which every request is answered.
SILENCE = 10.0
SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "content-disposition": "attachment",
    "content-security-policy": "sandbox",
}


class Quarry:
    """What attacks are after, and a look at every answer for it."""

    def __init__(self, bench):
        self.bench = bench
        self.token = uuid.uuid4().hex
        self.outside = pathlib.Path(bench.folder, "outside")
        self.outside.mkdir()
        self.secret = self.outside / "secret.txt"
        self.secret.write_text(self.token)
        self.server = bench.server(settings={"STEWARD_TEST_SECRET": self.token, "TEST_SECRET": self.token})
        self.server.start()
        # A neighbour whose name begins like the artifact folder's.
        self.near = pathlib.Path(self.server.folder, "artifacts-private")
        self.near.mkdir()
        (self.near / "secret.txt").write_text(self.token)
        key = pathlib.Path(self.server.folder, "keys", "audit.key")
        self.key = key.read_text().strip()
        self.count = 0
        self.before = self.tree()

    def tree(self):
        """Every file outside the artifacts, with its content where attacks could change it."""
        found = {}
        for path in pathlib.Path(self.bench.folder).rglob("*"):
            if path.is_file() and not path.name.startswith("steward.db") and "artifacts" not in path.parts:
                found[str(path)] = path.read_bytes()
        return found

    def send(self, method, target, body=b"", headers=None, *, expected=None):
        """Sends one request on a connection of its own. Returns the answer, or None when there was none."""
        self.count += 1
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        fields = {"Content-Type": "application/json"} | (headers or {})
        host = fields.pop("Host", "127.0.0.1")
        data = request_bytes(method, target, content, fields, host)
        what = f"{method} {target[:200]} {content[:200]!r} {headers or ''}"
        connection = Connection(self.server.port, SILENCE * self.bench.options.patience)
        with contextlib.closing(connection):
            try:
                connection.send(data)
                answer = connection.answer(method)
            except NoAnswer as reason:
                # A head that is none may be cut off.
                self.bench.require("attacks", reason.how in ("closed", "reset"), f"{what} got no answer: {reason}")
                return None
        shown = answer.body + repr(answer.headers).encode()
        for name, sign in (("the secret", self.token), ("the signing key", self.key), ("/etc/passwd", "root:x:0:0")):
            self.bench.require("attacks", sign.encode() not in shown, f"{what} was told {name}: {answer}")
        if problem := wrong(data, answer, self.server.folder):
            self.bench.broken("attacks", f"{what} {problem}: {answer}")
        if expected:
            self.bench.require("attacks", answer.status in expected, f"{what} was answered {answer}")
        return answer

    def call(self, method, path, body=b"", query=None):
        target = path if path.startswith("/") else f"/api/2.0/mlflow/{path}"
        if query:
            target += "?" + urllib.parse.urlencode(query, doseq=True)
        return self.send(method, target, body)

    def check(self, what):
        """Nothing outside has changed, and the server is there."""
        bench = self.bench
        now = self.tree()
        for path, content in self.before.items():
            if path.endswith(".log") or path.endswith("/lock"):
                continue
            bench.require("attacks", path in now, f"{what}: {path} was deleted")
            bench.require("attacks", now.get(path, content) == content, f"{what}: {path} was changed")
        stray = set(now) - set(self.before)
        bench.require("attacks", not stray, f"{what}: new files outside the artifacts: {sorted(stray)[:5]}")
        bench.require("attacks", self.server.is_alive(), f"{what}: the server is gone: {self.server.last_words()}")


@promise("attacks", title="attacks that have worked elsewhere", databases=("sqlite", "postgresql"))
def known_attacks(bench):
    quarry = Quarry(bench)
    client = quarry.server.client()
    place = Place.make(client)
    run = place.run(client, "attacked")
    for attack in (
        locations,
        traversal,
        run_artifacts,
        reflection,
        browsers,
        requests_to_inside,
        look_alikes,
        costly,
        smuggling,
        expansion,
    ):
        attack(quarry, place, run)
        quarry.check(attack.__name__)
    memory = quarry.server.resident()
    bench.require("attacks", memory < MEMORY, f"{memory >> 20} MB are in use afterwards")
    bench.note(f"{quarry.count} requests, {memory >> 20} MB")


def spellings(path):
    """Ways to name a folder of the machine in a location that was meant for another one."""
    up = "/.." * 12
    escaped = path.replace("/", "%2f")
    return [
        path, f"file:{path}", f"file://{path}", f"file:///{path}", f"FILE://{path}", f"file://localhost{path}",
        f"file://127.0.0.1{path}", f"file:.{up}{path}", f"file:///x{up}{path}", f"//{path}", f"/proc/self/root{path}",
        f"//proc/self/root{path}", f"http:///?{up}{path}", f"http:///#{up}{path}", f"http://host#{up}{path}",
        f"http://host?x={up}{path}", f"http://host/;{up}{path}", f"mlflow-artifacts:{up}{path}",
        f"mlflow-artifacts:/..{up}{path}", f"mlflow-artifacts:/%2e%2e{escaped}", f"mlflow-artifacts://x{up}{path}",
        f"mlflow-artifacts:/0{up}{path}", f"mlflow-artifacts:/?{up}{path}", f"mlflow-artifacts:/#{up}{path}",
        f"mlflow-artifacts:{path}", f"mlflow-artifacts:\\..\\..{path}", f"..{up}{path}", f".{path}", f"~{path}",
        f"C:{path}", f"\\\\?\\{path}", f"dbfs:{path}", f"s3://b{up}{path}", f"local-file:{path}", f"jar:file:{path}!/",
        f"file:{escaped}", f"f\u0131le://{path}", f" file://{path}", f"file://{path}\x00.txt", f"file+http://{path}",
        f"runs:/{up}{path}", f"models:/{up}{path}", f"runs:/..{escaped}", f"ftp://127.0.0.1{path}",
    ]  # fmt: skip


def locations(quarry, place, run):
    """A location of the client's own choice is opened by the server: experiments, versions, and all that copy one."""
    folder = str(quarry.outside)
    leaf = "secret.txt"
    for text in spellings(folder) + spellings("/etc"):
        leaf = "passwd" if text.endswith("/etc") else "secret.txt"
        name = f"e{uuid.uuid4().hex}"
        answer = quarry.call("POST", "experiments/create", {"name": name, "artifact_location": text})
        if answer and answer.ok:
            made = quarry.call("POST", "runs/create", {"experiment_id": answer.json["experiment_id"]})
            if made and made.ok:
                look_into(quarry, made.json["run"]["info"]["run_id"], leaf)
            logged = quarry.call("POST", "logged-models", {"experiment_id": answer.json["experiment_id"], "name": "m"})
            if logged and logged.ok:
                model = logged.json["model"]["info"]["model_id"]
                for end, key in (("directories", "artifact_directory_path"), ("files", "artifact_file_path")):
                    for api in ("/api/2.0", "/ajax-api/2.0"):
                        path = f"{api}/mlflow/logged-models/{model}/artifacts/{end}"
                        quarry.call("GET", path, query={key: leaf})
        for extra in (
            {},
            {"run_id": run},
            {"tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]},
            {"tags": [{"key": "mlflow.prompt.is_prompt", "value": "TRUE"}], "run_id": run},
        ):
            body = {"name": place.model, "source": text} | extra
            answer = quarry.call("POST", "model-versions/create", body)
            if answer and answer.ok:
                number = answer.json["model_version"]["version"]
                query = {"name": place.model, "version": number}
                quarry.call("GET", "model-versions/get-download-uri", query=query)
                for path in (leaf, f"/{leaf}", f"./{leaf}", f"../outside/{leaf}"):
                    quarry.call("GET", "/model-versions/get-artifact", query=query | {"path": path})
                # A version can be the source of another one.
                body = {"name": place.model, "source": f"models:/{place.model}/{number}"}
                quarry.call("POST", "model-versions/create", body)


def look_into(quarry, run, leaf):
    """Everything that opens the artifacts of a run."""
    for path in ("", ".", leaf, f"/{leaf}"):
        quarry.call("GET", "artifacts/list", query={"run_id": run, "path": path})
        quarry.call("GET", "/get-artifact", query={"run_id": run, "path": path})
        quarry.call("GET", "/get-artifact", query={"run_uuid": run, "path": path})
    for path in (leaf, "planted.txt"):
        query = urllib.parse.urlencode({"run_uuid": run, "path": path})
        quarry.send("POST", f"/ajax-api/2.0/mlflow/upload-artifact?{query}", b"planted")
    quarry.call("POST", "runs/delete", {"run_id": run})


def ways_up():
    """A step to the folder above, as validation has been got around."""
    return [dot + slash for dot in DOTS for slash in SLASHES]


def traversal(quarry, place, run):
    """Out of the artifact folder by way of the path."""
    targets = ["outside/secret.txt", "server/artifacts-private/secret.txt", "keys/audit.key", "etc/passwd"]
    for step in ways_up():
        for target in targets:
            depth = {"keys/audit.key": (1, 2), "etc/passwd": (9,)}.get(target, (2, 3))
            for count in depth:
                path = step * count + target
                quarry.send("GET", ARTIFACTS + path)
                quarry.send("GET", f"{ARTIFACTS}{place.experiment}/{step}{path}")
        path = step * 2 + "outside/secret.txt"
        quarry.send("DELETE", ARTIFACTS + path)
        quarry.send("DELETE", f"{ARTIFACTS}x/../{path}")
        quarry.send("PUT", ARTIFACTS + step * 2 + "outside/planted.txt", b"planted")
        quarry.send("PUT", ARTIFACTS + path, b"planted")
        quarry.send("GET", f"/api/2.0/mlflow-artifacts/artifacts?path={step * 2}outside")
        for call in ("create", "complete", "abort"):
            body = {"path": "planted", "num_parts": 1, "upload_id": step + "x", "parts": []}
            quarry.send("POST", f"/api/2.0/mlflow-artifacts/mpu/{call}/{step * 2}outside", body)
            raw = urllib.parse.unquote(step) * 2 + "outside/planted"
            quarry.send("POST", f"/api/2.0/mlflow-artifacts/mpu/{call}/x", body | {"path": raw})
        quarry.send("GET", f"/api/2.0/mlflow-artifacts/presigned/{path}")
    for path in ("/etc/passwd", "//etc/passwd", "%2fetc%2fpasswd", "%252fetc%252fpasswd", "file:///etc/passwd"):
        quarry.send("GET", ARTIFACTS + path)
        quarry.send("GET", f"/api/2.0/mlflow-artifacts/artifacts?path={path}")
    for path in (".steward", ".steward/tmp", ".steward/uploads", "%2esteward", "x/../.steward"):
        quarry.send("PUT", f"{ARTIFACTS}{path}/planted", b"x", expected=(400, 403, 404))
        quarry.send("DELETE", ARTIFACTS + path)


def run_artifacts(quarry, place, run):
    """The same through the paths of one run, logged model or version."""
    logged = quarry.call("POST", "logged-models", {"experiment_id": place.experiment, "name": "m"})
    model = logged.json["model"]["info"]["model_id"]
    for step in ways_up():
        step = urllib.parse.unquote(step) if "%00" not in step else step
        for path in (step * 4 + "outside/secret.txt", step * 5 + "outside", step * 12 + "etc/passwd"):
            look = {"run_id": run, "path": path}
            quarry.call("GET", "artifacts/list", query=look)
            quarry.call("GET", "/get-artifact", query=look)
            target = f"/ajax-api/2.0/mlflow/logged-models/{model}/artifacts/files"
            quarry.call("GET", target, query={"artifact_file_path": path})
            query = urllib.parse.urlencode({"run_uuid": run, "path": path})
            quarry.send("POST", f"/ajax-api/2.0/mlflow/upload-artifact?{query}", b"planted")


def reflection(quarry, place, run):
    """Content that a browser would run: uploaded, or sent back in an error."""
    script = b"<script>alert(1)</script>"
    for name in FILE_NAMES:
        path = f"{ARTIFACTS}{place.experiment}/{run}/artifacts/{urllib.parse.quote(name)}"
        stored = quarry.send("PUT", path, script, {"Content-Type": "text/html"})
        if not (stored and stored.ok):
            continue
        for target in (path, f"/get-artifact?run_id={run}&path={urllib.parse.quote(name)}"):
            answer = quarry.send("GET", target, headers={"Accept": "text/html"}, expected=(200,))
            for header, value in SAFE_HEADERS.items():
                told = answer.headers.get(header, "")
                quarry.bench.require("attacks", value in told, f"{name!r} is sent with {header}: {told!r}")
            quarry.bench.require("attacks", "set-cookie" not in answer.headers, f"{name!r} made a header of its own")
    target = "/api/2.0/mlflow/x?a=<script>"
    not_a_page(quarry, quarry.send("GET", target, headers={"Accept": "text/html"}), target)
    for target in ("/<script>alert(1)</script>", "/%3Cscript%3E", "/?<script>"):
        a_harmless_page(quarry, quarry.send("GET", target, headers={"Accept": "text/html"}), target)
    for kind in ("<script>alert(1)</script>", "text/html", "application/json<script>"):
        for path in ("experiments/create", "runs/create", "users/create"):
            answer = quarry.send("POST", f"/api/2.0/mlflow/{path}", b"<script>", {"Content-Type": kind})
            not_a_page(quarry, answer, f"{path} with Content-Type {kind}")


def a_harmless_page(quarry, answer, what):
    """What browsers ask for is answered with a page; it repeats nothing that runs, and nothing planted would run."""
    if answer is None:
        return
    policy = answer.headers.get("content-security-policy", "")
    strict = "default-src 'none'" in policy and "unsafe" not in policy
    quarry.bench.require("attacks", strict, f"{what} was answered with the policy {policy!r}")
    quarry.bench.require("attacks", b"<script>" not in answer.body, f"{what} is repeated as it was sent: {answer}")


def not_a_page(quarry, answer, what):
    """An answer that tells of an error must not be taken for a page."""
    if answer is None:
        return
    kind = answer.headers.get("content-type", "")
    quarry.bench.require("attacks", "html" not in kind, f"{what} was answered as {kind}")
    if b"<script" in answer.body:
        sniffed = answer.headers.get("x-content-type-options") != "nosniff"
        quarry.bench.require("attacks", not sniffed, f"{what} is repeated in an answer that may be sniffed: {answer}")


def browsers(quarry, place, run):
    """A page of a stranger that uses a visitor's browser: from another origin, or with a name that was rebound."""
    port = quarry.server.port
    name = {"name": f"by a stranger {uuid.uuid4().hex}"}
    for origin in ORIGINS:
        origin = origin.replace("PORT", str(port))
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json"):
            headers = {"Origin": origin, "Content-Type": kind, "Host": f"127.0.0.1:{port}"}
            quarry.send("POST", "/api/2.0/mlflow/experiments/create", name, headers, expected=(400, 403))
    headers = {"Sec-Fetch-Site": "cross-site", "Content-Type": "text/plain"}
    quarry.send("POST", "/api/2.0/mlflow/experiments/create", name, headers, expected=(403,))
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil", "evil.example:80", "127.0.0.2", "0x7f.1"):
        quarry.send("GET", "/api/2.0/mlflow/experiments/get?experiment_id=0", headers={"Host": host}, expected=(403,))
        quarry.send("POST", "/api/2.0/mlflow/experiments/create", name, {"Host": host}, expected=(403,))
        # The name in the target counts, not the header beside it.
        target = f"http://{host}/api/2.0/mlflow/experiments/get?experiment_id=0"
        quarry.send("GET", target, expected=(400, 403))
    found = quarry.call("GET", "experiments/get-by-name", query={"experiment_name": name["name"]})
    quarry.bench.require("attacks", found.status == 404, "a stranger's page has made an experiment")
    answer = quarry.send("GET", "/version", headers={"Origin": "http://evil.example"})
    shared = answer.headers.get("access-control-allow-origin")
    quarry.bench.require("attacks", shared is None, f"answers may be read by strangers: {shared}")


class Bait:
    """An address on loopback that is not to be called."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.settimeout(0.1)
        self.port = self.socket.getsockname()[1]
        self.calls = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self):
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                self.socket.accept()[0].close()
                self.calls += 1

    def close(self):
        self._stop.set()
        self._thread.join()
        self.socket.close()


def requests_to_inside(quarry, place, run):
    """The server is made to call what only it can reach: by webhooks, and by locations."""
    with contextlib.closing(Bait()) as bait:
        port = bait.port
        urls = [f"{scheme}://{host}:{port}/x" for host in INSIDE for scheme in ("http", "https")]
        urls += [f"{scheme}://127.0.0.1:{port}/" for scheme in ("gopher", "file", "ftp", "dict", "HTTP", "ws")]
        urls += [f"http:127.0.0.1:{port}", f"//127.0.0.1:{port}/", f"http://127.0.0.1:{port}", "file:///etc/passwd"]
        events = [{"entity": "MODEL_VERSION", "action": "CREATED"}]
        made = []
        for url in urls:
            body = {"name": "w", "url": url, "events": events, "status": "ACTIVE"}
            answer = quarry.call("POST", "webhooks", body)
            if answer and answer.ok:
                made.append(answer.json["webhook"]["webhook_id"])
        good = quarry.call("POST", "webhooks", {"name": "w", "url": "https://example.com/", "events": events})
        if good and good.ok:
            made.append(good.json["webhook"]["webhook_id"])
            for url in urls:
                quarry.call("PATCH", f"webhooks/{made[-1]}", {"url": url})
        # What was accepted must still not be called.
        for webhook in made[:20]:
            with contextlib.suppress(NoAnswer):
                quarry.call("POST", f"webhooks/{webhook}/test", {})
        for url in (f"http://127.0.0.1:{port}/m", f"https://127.0.0.1:{port}/m", f"http://127.0.0.1:{port}/?x#y"):
            quarry.call("POST", "model-versions/create", {"name": place.model, "source": url})
            answer = quarry.call("POST", "experiments/create", {"name": uuid.uuid4().hex, "artifact_location": url})
            if answer and answer.ok:
                made_run = quarry.call("POST", "runs/create", {"experiment_id": answer.json["experiment_id"]})
                if made_run and made_run.ok:
                    look_into(quarry, made_run.json["run"]["info"]["run_id"], "x")
        for webhook in made:
            quarry.call("DELETE", f"webhooks/{webhook}")
        quarry.bench.require("attacks", bait.calls == 0, f"the server called an address of its own {bait.calls} times")


def look_alikes(quarry, place, run):
    """Names that one part of the program takes for the same and another for different ones."""
    mark = uuid.uuid4().hex[:8]
    names = [f"{mark} {letter}" for letter in ("é", "e\u0301", "E", "e", "%65", "e\u200b", "\uff45")]
    made = []
    for name in names:
        answer = quarry.call("POST", "registered-models/create", {"name": name, "description": f"is {name}"})
        if answer and answer.ok:
            made.append(name)
    for name in made:
        found = quarry.call("GET", "registered-models/get", query={"name": name})
        told = found.json["registered_model"] if found.ok else {}
        right = told.get("name") == name and told.get("description") == f"is {name}"
        quarry.bench.require("attacks", right, f"{name!r} is answered with {told}")
    quarry.bench.require("attacks", len(made) >= 4, f"only {made} could be made")
    if made:
        quarry.call("DELETE", "registered-models/delete", {"name": made[0]})
        for name in made[1:]:
            found = quarry.call("GET", "registered-models/get", query={"name": name})
            quarry.bench.require("attacks", found.ok, f"deleting {made[0]!r} has deleted {name!r}")


def costly(quarry, place, run):
    """Little input, much work. Every answer must come in time; others are asked for in between."""
    long = "a" * 5000
    quarry.call("POST", "runs/set-tag", {"run_id": run, "key": "long", "value": long})
    for count in (5, 30, 1000):
        pattern = "%a" * count + "%b"
        for comparison in ("LIKE", "ILIKE"):
            search(quarry, place, f"tags.long {comparison} '{pattern}'")
            search(quarry, place, f"tags.long {comparison} '{'_%' * count}b'")
    for text in (
        " AND ".join(["metrics.m > 0.5"] * 3000), " AND ".join(f"metrics.m{i} > 0.5" for i in range(300)),
        "tags.a IN (" + ",".join(["'x'"] * 20000) + ")", "(" * 5000 + "tags.a = 'x'" + ")" * 5000,
        "tags.`" + "`" * 9999,
        "'" * 50001, "attributes.run_id IN (" + ",".join(f"'{i}'" for i in range(5000)) + ")", " " * 1000000,
        "tags.a = '" + "\\'" * 20000 + "'", "NOT " * 9000 + "tags.a = 'x'",
    ):  # fmt: skip
        search(quarry, place, text)
    experiments = [place.experiment] * 5000
    quarry.call("POST", "runs/search", {"experiment_ids": experiments, "order_by": ["metrics.m"] * 1000})
    quarry.call("POST", "runs/search", {"experiment_ids": [str(i) for i in range(20000)], "max_results": 50000})
    for body in (b"[" * 2_000_000, b'{"a":' * 500_000, b'{"run_id":"' + b"\\u0041" * 300_000 + b'"}', b" " * 1_000_000):
        quarry.send("POST", "/api/2.0/mlflow/runs/log-batch", body)
    same = b"{" + b",".join(b'"key%d":1' % (i % 7) for i in range(100_000)) + b"}"
    quarry.send("POST", "/api/2.0/mlflow/runs/log-batch", same)
    names = {"name": "x" * 2_000_000}
    quarry.call("POST", "experiments/create", names)
    quarry.call("POST", "registered-models/create", names)
    ranges = "bytes=" + ",".join(f"{i}-{i}" for i in range(2000))
    path = f"{ARTIFACTS}{place.experiment}/{run}/artifacts/r"
    quarry.send("PUT", path, b"x" * 5000)
    quarry.send("GET", path, headers={"Range": ranges})
    form = {"Content-Type": f"multipart/form-data; boundary={'b' * 70000}"}
    quarry.send("POST", "/api/2.0/mlflow/runs/create", b"x", form)
    quarry.send("POST", "/api/2.0/mlflow/runs/create", b"\x1f\x8b" + b"\x00" * 1000, {"Content-Encoding": "gzip"})


def search(quarry, place, text):
    quarry.call("POST", "runs/search", {"experiment_ids": [place.experiment], "filter": text, "max_results": 5})
    if len(text) < 8000:
        for path in ("registered-models/search", "model-versions/search", "experiments/search"):
            quarry.call("GET", path, query={"filter": text.replace("tags.long", "tags.t"), "max_results": "5"})


def smuggling(quarry, place, run):
    """A request that hides another one from a proxy in front: it must be refused, and nothing after it be answered."""
    inner = b"GET /version HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    head = "POST /api/2.0/mlflow/runs/search HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for fields in SMUGGLED:
        fields = fields.replace("LENGTH", str(len(inner)))
        connection = Connection(quarry.server.port, SILENCE)
        with contextlib.closing(connection):
            connection.send((head + fields + "\r\n").encode("latin-1") + b"0\r\n\r\n" + inner)
            connection.finish()
            received = b""
            with contextlib.suppress(NoAnswer, OSError):
                while piece := connection._receive():
                    received += piece
        quarry.count += 1
        count = len(re.findall(rb"HTTP/1\.1 \d", received))
        is_safe = count <= 1 and b" 200 " not in received[:20]
        quarry.bench.require("attacks", is_safe, f"{fields!r} was answered {count} times: {received[:300]!r}")


def expansion(quarry, place, run):
    """Words that some program expands: variables, templates, commands."""
    made = os.path.join(quarry.bench.folder, "made-by-a-command")
    for word in EXPANDED:
        word = word.replace("FILE", made)
        body = {"name": f"m {uuid.uuid4().hex}", "description": word, "tags": [{"key": "t", "value": word}]}
        quarry.call("POST", "registered-models/create", body)
        answer = quarry.call("GET", "registered-models/get", query={"name": body["name"]})
        told = answer.json["registered_model"]["description"] if answer.ok else word
        quarry.bench.require("attacks", told == word, f"{word!r} became {told!r}")
        events = [{"entity": "MODEL_VERSION", "action": "CREATED"}]
        webhook = {"name": word, "url": "https://example.com/", "secret": word, "events": events, "status": "DISABLED"}
        answer = quarry.call("POST", "webhooks", webhook)
        if answer and answer.ok:
            number = answer.json["webhook"]["webhook_id"]
            quarry.bench.require("attacks", "secret" not in answer.json["webhook"], "a webhook's secret is told")
            quarry.call("GET", f"webhooks/{number}")
            quarry.call("DELETE", f"webhooks/{number}")
        model = {"artifact_path": word, "flavors": {word: {"x": word}}, "utc_time_created": "x", "run_id": run}
        quarry.call("POST", "runs/log-model", {"run_id": run, "model_json": json.dumps(model)})
        path = f"{ARTIFACTS}{place.experiment}/{run}/artifacts/{urllib.parse.quote(word, safe='')}"
        quarry.send("PUT", path, b"x")
        quarry.send("PUT", f"{path}/MLmodel", f"flavors: {{python_function: {{loader_module: {word}}}}}\n".encode())
