"""The artifact proxy: upload, download, ranges, listing, deleting, odd names, and the stock client over it."""

import os
import threading

import pytest

from wire import AJAX, NO_SUCH_RUN, PROXY, better


class Folder:
    """The artifact root of one run, as URLs and as an MLflow URI."""

    def __init__(self, wire):
        self.wire = wire
        self.experiment = wire.experiment()
        self.run = wire.run(self.experiment)
        self.path = f"{self.experiment}/{self.run}/artifacts"
        self.root = f"{PROXY}/{self.path}"

    def put(self, name, data):
        reply = self.wire.exact("PUT", f"{self.root}/{name}", data)
        assert reply.status == 200 and reply.content == b"", reply

    def get(self, name, headers=None):
        return self.wire.exact("GET", f"{self.root}/{name}", headers=headers)

    def delete(self, name):
        return self.wire.exact("DELETE", f"{self.root}/{name}")

    def listing(self, path=""):
        """Names below the folder, as the proxy lists them: (base name, directory?, size)."""
        inner = self.path + (f"/{path}" if path else "")
        files = self.wire.get(PROXY, {"path": inner}).ok().get("files", [])
        return [(f["path"], f["is_dir"], int(f.get("file_size", 0))) for f in files]


@pytest.fixture
def folder(wire):
    return Folder(wire)


def test_what_goes_up_comes_down(folder):
    data = bytes(range(256)) * 100
    folder.put("a/b/c.bin", data)
    reply = folder.get("a/b/c.bin")
    assert reply.status == 200 and reply.content == data
    assert reply.headers["Content-Length"] == str(len(data))
    assert (
        reply.headers["Content-Disposition"].startswith("attachment")
        and "c.bin" in reply.headers["Content-Disposition"]
    )
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Accept-Ranges"] == "bytes"


@better
def test_downloads_run_in_a_sandbox(folder):
    folder.put("page.html", b"<script>alert(1)</script>")
    assert "sandbox" in folder.get("page.html").headers.get("Content-Security-Policy", "")


def test_an_empty_file(folder):
    folder.put("empty", b"")
    reply = folder.get("empty")
    assert (reply.status, reply.content) == (200, b"")
    assert folder.listing() == [("empty", False, 0)]


def test_a_second_upload_replaces_the_first(folder):
    folder.put("x", b"long old content")
    folder.put("x", b"new")
    assert folder.get("x").content == b"new"
    assert folder.listing() == [("x", False, 3)]


@pytest.mark.parametrize(
    "name,kind",
    [
        ("a.txt", "text/plain"),
        ("a.png", "image/png"),
        ("a.html", "text/html"),
        ("a.svg", "image/svg+xml"),
        ("model.pkl", "application/octet-stream"),
        ("noextension", "application/octet-stream"),
        ("MLmodel", "text/plain"),
        ("a.yaml", "text/plain"),
        ("a.json", "text/plain|application/json"),
        ("a.csv", "text/plain|text/csv"),
    ],
)
def test_content_types_follow_the_name(folder, name, kind):
    folder.put(name, b"x")
    assert folder.get(name).headers["Content-Type"].split(";")[0] in kind.split("|")


@pytest.mark.parametrize("name", ["nope", "a/nope", "a/b/nope"])
def test_a_missing_file(folder, name):
    folder.put("a/x", b"x")
    folder.get(name).not_found("No such artifact")


def test_a_directory_is_no_file(folder):
    folder.put("a/x", b"x")
    assert folder.get("a").status in (400, 404)
    assert folder.get("a/").status in (400, 404)


def test_head(folder):
    folder.put("a.txt", b"hello")
    reply = folder.wire.exact("HEAD", f"{folder.root}/a.txt")
    assert (reply.status, reply.content, reply.headers["Content-Length"]) == (200, b"", "5")


@pytest.mark.parametrize(
    "range,expected",
    [
        ("bytes=0-4", (206, b"01234", "bytes 0-4/10")),
        ("bytes=0-0", (206, b"0", "bytes 0-0/10")),
        ("bytes=6-", (206, b"6789", "bytes 6-9/10")),
        ("bytes=-3", (206, b"789", "bytes 7-9/10")),
        ("bytes=-100", (206, b"0123456789", "bytes 0-9/10")),
        ("bytes=5-100", (206, b"56789", "bytes 5-9/10")),
        ("bytes=9-9", (206, b"9", "bytes 9-9/10")),
    ],
)
def test_ranges(folder, range, expected):
    folder.put("digits", b"0123456789")
    reply = folder.get("digits", {"Range": range})
    assert (reply.status, reply.content, reply.headers["Content-Range"]) == expected


@pytest.mark.parametrize("range", ["bytes=10-", "bytes=100-200"])
def test_ranges_beyond_the_end(folder, range):
    folder.put("digits", b"0123456789")
    reply = folder.get("digits", {"Range": range})
    assert (reply.status, reply.headers["Content-Range"]) == (416, "bytes */10")


@pytest.mark.parametrize("range", ["items=0-1", "bytes=x", "bytes=5-2", "bytes=", "bytes", "nonsense"])
def test_ranges_that_are_none_are_ignored_or_refused(folder, range):
    folder.put("digits", b"0123456789")
    reply = folder.get("digits", {"Range": range})
    assert reply.status in (200, 400, 416), reply
    if reply.status == 200:
        assert reply.content == b"0123456789"


def test_listing(folder):
    for name in ("b.txt", "a/1", "a/2/3", "Z.bin"):
        folder.put(name, name.encode())
    assert folder.listing() == [("Z.bin", False, 5), ("a", True, 0), ("b.txt", False, 5)]
    assert folder.listing("a") == [("1", False, 3), ("2", True, 0)]
    assert folder.listing("a/2") == [("3", False, 5)]
    assert folder.listing("a/2/3") == []
    assert folder.listing("nope") == []
    assert folder.wire.get(PROXY, {"path": folder.path + "/nope"}).ok() == {}


def test_listing_through_the_run(folder):
    wire, uri = folder.wire, f"mlflow-artifacts:/{folder.path}"
    for name in ("b.txt", "a/1", "a/2/3"):
        folder.put(name, name.encode())

    def listing(**query):
        answer = wire.get("artifacts/list", {"run_id": folder.run, **query}).ok()
        assert answer["root_uri"] == uri
        return [(f["path"], f["is_dir"], f.get("file_size")) for f in answer.get("files", [])]

    assert listing() == [("a", True, None), ("b.txt", False, 5)]
    assert listing(path="a") == listing(path="a/") == [("a/1", False, 3), ("a/2", True, None)]
    assert listing(path="a/2") == [("a/2/3", False, 5)]
    assert listing(path="a/1") == listing(path="nope") == []
    assert wire.get("artifacts/list", {"run_uuid": folder.run}).ok()["root_uri"] == uri
    wire.get("artifacts/list").missing("run_id")
    wire.get("artifacts/list", {"run_id": NO_SUCH_RUN}).not_found()


def test_deleting(folder):
    for name in ("a/1", "a/2/3", "b"):
        folder.put(name, b"x")
    folder.delete("b").empty()
    folder.get("b").not_found()
    folder.delete("a").empty()
    assert folder.listing() == []
    assert folder.delete("b").status in (200, 404)
    folder.put("a/1", b"again")
    assert folder.get("a/1").content == b"again"


@better
def test_a_file_is_no_directory_and_a_directory_no_file(folder):
    folder.put("file", b"x")
    folder.put("dir/x", b"x")
    folder.wire.exact("PUT", f"{folder.root}/file/below", b"x").refused()
    folder.wire.exact("PUT", f"{folder.root}/dir", b"x").refused()
    assert folder.get("file").content == b"x" and folder.get("dir/x").content == b"x"


# The name in the URL, and the name that the listing must show.
NAMES = [
    ("a%20b.txt", "a b.txt"),
    ("%C3%BC.txt", "ü.txt"),
    ("u%CC%88.txt", "u\u0308.txt"),
    ("%E4%B8%AD%E6%96%87", "中文"),
    ("%F0%9F%9A%80", "🚀"),
    ("a+b.txt", "a+b.txt"),
    ("a%2Bb.txt", "a+b.txt"),
    ("a;b.txt", "a;b.txt"),
    ("a,b@c!$(d).txt", "a,b@c!$(d).txt"),
    ("a&b=c.txt", "a&b=c.txt"),
    ("a%3Fb.txt", "a?b.txt"),
    ("a%25b.txt", "a%b.txt"),
    ("'q'.txt", "'q'.txt"),
    ("%22q%22.txt", '"q".txt'),
    ("%3Cx%3E", "<x>"),
    (".hidden", ".hidden"),
    ("a..b", "a..b"),
    ("a.tar.gz", "a.tar.gz"),
    ("~", "~"),
    ("-", "-"),
    ("a:b", "a:b"),
    ("x" * 255, "x" * 255),
    ("%E2%80%AEtxt.exe", "\u202etxt.exe"),
]


@pytest.mark.parametrize("target,name", NAMES)
def test_odd_names(folder, target, name):
    folder.put(f"odd/{target}", b"content of it")
    reply = folder.get(f"odd/{target}")
    assert reply.status == 200 and reply.content == b"content of it"
    assert "attachment" in reply.headers["Content-Disposition"]
    assert folder.listing("odd") == [(name, False, 13)]
    folder.delete(f"odd/{target}").empty()
    assert folder.listing("odd") == []


@better
@pytest.mark.parametrize("target", ["x" * 256, "%C3%BC" * 128, "/".join(["d" * 200] * 30)])
def test_names_that_no_file_system_takes_are_refused_with_4xx(folder, target):
    folder.wire.exact("PUT", f"{folder.root}/{target}", b"x").refused()
    assert folder.listing() == []


def test_names_differ_by_case_and_by_bytes(folder):
    for target, data in (("a", b"1"), ("A", b"2"), ("%C3%BC", b"3"), ("u%CC%88", b"4")):
        folder.put(target, data)
    assert [folder.get(t).content for t in ("a", "A", "%C3%BC", "u%CC%88")] == [b"1", b"2", b"3", b"4"]


def test_an_upload_in_chunks(folder):
    def chunks():
        for index in range(50):
            yield bytes([index]) * 10_000

    reply = folder.wire.put(f"{folder.root}/chunked", chunks())
    assert reply.status == 200, reply
    assert folder.get("chunked").content == b"".join(bytes([i]) * 10_000 for i in range(50))


def test_a_big_file(folder):
    data = os.urandom(1 << 20) * 24
    folder.put("big", data)
    assert folder.get("big").content == data
    part = folder.get("big", {"Range": f"bytes={len(data) - 1000}-"})
    assert (part.status, part.content) == (206, data[-1000:])


def test_an_upload_that_breaks_off_leaves_nothing(folder):
    import http.client
    import urllib.parse

    place = urllib.parse.urlsplit(folder.wire.url)
    folder.put("kept", b"before")
    for name in ("cut", "kept"):
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=30)
        connection.putrequest("PUT", f"{folder.root}/{name}")
        connection.putheader("Content-Length", "1000000")
        connection.endheaders(b"x" * 100_000)
        connection.close()
    folder.get("cut").not_found()
    assert folder.get("kept").content == b"before"
    assert folder.listing() == [("kept", False, 6)]


def test_writers_of_one_file_do_not_mix(folder):
    contents = [bytes([65 + i]) * 400_000 for i in range(6)]
    threads = [threading.Thread(target=folder.put, args=("same", data)) for data in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert folder.get("same").content in contents
    assert folder.listing() == [("same", False, 400_000)]


def test_downloads_of_the_web_page(folder):
    wire = folder.wire
    folder.put("notes/hello.txt", b"hello")
    for key in ("run_uuid", "run_id"):
        reply = wire.get("/get-artifact", {key: folder.run, "path": "notes/hello.txt"})
        assert reply.content == b"hello" and "attachment" in reply.headers["Content-Disposition"]
    wire.get("/get-artifact", {"run_uuid": folder.run, "path": "nope"}).not_found()
    wire.get("/get-artifact", {"run_uuid": NO_SUCH_RUN, "path": "x"}).not_found("Run with id=")
    model = wire.model()
    wire.version(model, f"mlflow-artifacts:/{folder.path}/notes", run_id=folder.run)
    query = {"name": model, "version": "1"}
    assert wire.get("/model-versions/get-artifact", {**query, "path": "hello.txt"}).content == b"hello"
    wire.get("/model-versions/get-artifact", {**query, "path": "nope"}).not_found()
    wire.get("/model-versions/get-artifact", {**query, "version": "9", "path": "x"}).not_found("version=9")


@better
@pytest.mark.parametrize(
    "path,query",
    [
        ("/get-artifact", {"run_uuid": "r"}),
        ("/get-artifact", {"path": "x"}),
        ("/model-versions/get-artifact", {"name": "n", "path": "x"}),
    ],
)
def test_downloads_of_the_web_page_name_what_is_missing(wire, path, query):
    wire.get(path, query).error(400, "INVALID_PARAMETER_VALUE")


UPLOAD = AJAX + "upload-artifact"


def test_uploads_of_the_web_page(folder):
    query = {"run_uuid": folder.run, "path": "up/x.txt"}
    reply = folder.wire.send("POST", UPLOAD, query=query, raw=b"uploaded", headers={"Content-Type": "text/plain"})
    assert reply.status == 200, reply
    assert folder.get("up/x.txt").content == b"uploaded"


@pytest.mark.parametrize("drop", ["run_uuid", "path"])
def test_uploads_of_the_web_page_need_a_run_and_a_path(folder, drop):
    query = {k: v for k, v in {"run_uuid": folder.run, "path": "x"}.items() if k != drop}
    folder.wire.send("POST", UPLOAD, query=query, raw=b"x").invalid("must specify")


def test_other_methods(folder):
    folder.put("x", b"x")
    assert folder.wire.exact("POST", f"{folder.root}/x", b"x").status in (404, 405)
    assert folder.wire.exact("DELETE", PROXY).status in (400, 404, 405)
    assert folder.get("x").content == b"x"


@pytest.mark.parametrize("path", ["artifacts/presigned-upload-url", "artifacts/presigned-download-url"])
def test_presigned_urls_are_not_for_the_proxied_store(folder, path):
    reply = folder.wire.post(path, {"run_id": folder.run, "path": "x"})
    assert (reply.status, reply.json["error_code"]) in ((400, "INVALID_PARAMETER_VALUE"), (501, "NOT_IMPLEMENTED")), (
        reply
    )


def test_presigned_downloads_are_not_implemented(folder):
    folder.put("x", b"x")
    folder.wire.get(f"/api/2.0/mlflow-artifacts/presigned/{folder.path}/x").error(501, "NOT_IMPLEMENTED")


@pytest.mark.client
@pytest.mark.parametrize(
    "name",
    [
        "plain.txt",
        "a b.txt",
        "ü 中.txt",
        "a+b.txt",
        "a&b=c.txt",
        "100%.txt",
        "a'b.txt",
        "a;b.txt",
        "deep/er/x.txt",
        ".hidden",
    ],
)
def test_the_stock_client_and_odd_names(mlflow, client, experiment, name):
    with mlflow.start_run(experiment_id=experiment) as run:
        mlflow.log_text("hello", name)
    assert mlflow.artifacts.load_text(f"{run.info.artifact_uri}/{name}") == "hello"
    top = name.split("/")[0]
    assert [f.path for f in client.list_artifacts(run.info.run_id)] == [top]


@pytest.mark.client
def test_the_stock_client_and_folders(mlflow, client, experiment, tmp_path):
    source = tmp_path / "source"
    for name, data in (("a.txt", b"a"), ("sub/b.bin", os.urandom(3_000_000)), ("sub/deep/c", b"")):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    run = client.create_run(experiment).info.run_id
    client.log_artifacts(run, str(source), "stuff")
    client.log_dict(run, {"a": [1]}, "d.json")
    assert [(f.path, f.is_dir) for f in client.list_artifacts(run)] == [("d.json", False), ("stuff", True)]
    assert [f.path for f in client.list_artifacts(run, "stuff")] == ["stuff/a.txt", "stuff/sub"]
    assert client.list_artifacts(run, "stuff/a.txt") == []
    target = client.download_artifacts(run, "stuff", str(tmp_path))
    for name in ("a.txt", "sub/b.bin", "sub/deep/c"):
        assert (source / name).read_bytes() == open(os.path.join(target, name), "rb").read()
    assert mlflow.artifacts.load_dict(f"runs:/{run}/d.json") == {"a": [1]}


@pytest.mark.client
def test_the_stock_client_deletes(mlflow, client, experiment):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    run = client.create_run(experiment)
    client.log_text(run.info.run_id, "x", "a/x.txt")
    client.log_text(run.info.run_id, "y", "y.txt")
    get_artifact_repository(run.info.artifact_uri).delete_artifacts("a")
    assert [f.path for f in client.list_artifacts(run.info.run_id)] == ["y.txt"]
