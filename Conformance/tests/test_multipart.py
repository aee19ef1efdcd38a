"""Multi-part upload. MLflow's local store has none and answers 501; Steward takes the parts itself.

The directory is in the URL and the file name in the body. The address of a part is used as it is, without the client's
credentials, so it must be absolute and stand on its own.
"""

import os

import pytest
import requests

from wire import PROXY, Reply, better

MPU = "/api/2.0/mlflow-artifacts/mpu"


class Upload:
    def __init__(self, wire, count, name="big.bin", path=None):
        self.wire = wire
        self.experiment = wire.experiment()
        run = wire.run(self.experiment)
        self.folder = f"{self.experiment}/{run}/artifacts/sub"
        self.path = path or name
        self.name = name
        answer = wire.post(f"{MPU}/create/{self.folder}", {"path": self.path, "num_parts": count}).ok()
        self.id, self.credentials = answer["upload_id"], answer["credentials"]

    def put(self, number, data):
        credential = next(c for c in self.credentials if c["part_number"] == number)
        headers = credential.get("headers") or {}
        return requests.put(credential["url"], data=data, headers=headers, timeout=60)

    def part(self, number, data):
        response = self.put(number, data)
        assert response.status_code == 200, Reply(response)
        url = next(c["url"] for c in self.credentials if c["part_number"] == number)
        return {"part_number": number, "etag": response.headers["ETag"], "url": url}

    def complete(self, parts):
        return self.wire.post(
            f"{MPU}/complete/{self.folder}", {"path": self.path, "upload_id": self.id, "parts": parts}
        )

    def abort(self):
        return self.wire.post(f"{MPU}/abort/{self.folder}", {"path": self.path, "upload_id": self.id})

    def file(self):
        return self.wire.get(f"{PROXY}/{self.folder}/{self.name}")


@better
def test_server_info_offers_it(wire):
    assert wire.get("/api/3.0/mlflow/server-info").ok()["multipart_uploads_enabled"] is True


@better
def test_parts_become_the_file(wire):
    pieces = [os.urandom(700_000), os.urandom(700_000), b"tail"]
    upload = Upload(wire, 3)
    assert [c["part_number"] for c in upload.credentials] == [1, 2, 3]
    assert all(c["url"].startswith("http") for c in upload.credentials)
    parts = [upload.part(number, pieces[number - 1]) for number in (2, 3, 1)]
    upload.file().not_found()
    upload.complete(sorted(parts, key=lambda part: part["part_number"])).empty()
    assert upload.file().content == b"".join(pieces)
    files = wire.get(PROXY, {"path": upload.folder}).ok()["files"]
    assert [(f["path"], f["file_size"]) for f in files] == [("big.bin", 1_400_004)]


@better
@pytest.mark.parametrize("path", ["/data/models/big.bin", "C:\\models\\big.bin"])
def test_older_clients_send_their_whole_local_path(wire, path):
    upload = Upload(wire, 1, path=path)
    upload.complete([upload.part(1, b"content")]).empty()
    assert upload.file().content == b"content"


@better
def test_a_part_may_be_sent_again(wire):
    upload = Upload(wire, 2)
    upload.part(1, b"first try")
    parts = [upload.part(1, b"one"), upload.part(2, b"two")]
    upload.complete(parts).empty()
    assert upload.file().content == b"onetwo"


@better
def test_an_aborted_upload_leaves_nothing(wire):
    upload = Upload(wire, 2)
    part = upload.part(1, b"one")
    upload.abort().empty()
    upload.file().not_found()
    upload.complete([part]).refused()
    assert upload.put(2, b"two").status_code in (400, 404, 410)
    assert wire.get(PROXY, {"path": upload.folder}).ok() == {}


@better
@pytest.mark.parametrize("spoil", ["etag", "missing part", "unknown part", "upload id", "nothing"])
def test_a_wrong_completion_is_refused(wire, spoil):
    upload = Upload(wire, 2)
    parts = [upload.part(1, b"one"), upload.part(2, b"two")]
    if spoil == "etag":
        parts[1] = {**parts[1], "etag": '"0000"'}
    elif spoil == "missing part":
        parts = parts[:1]
    elif spoil == "unknown part":
        parts.append({**parts[1], "part_number": 9})
    elif spoil == "upload id":
        upload.id = "nobody"
    else:
        parts = []
    upload.complete(parts).refused()
    upload.file().not_found()


@better
@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_the_number_of_parts_has_limits(wire, experiment, count):
    wire.post(f"{MPU}/create/{experiment}", {"path": "x", "num_parts": count}).invalid()


@pytest.mark.parametrize("path", ["..", ".", "a/..", "", "a/", pytest.param("a\x00b", marks=better)])
def test_file_names_that_are_none(wire, experiment, path):
    wire.post(f"{MPU}/create/{experiment}", {"path": path, "num_parts": 1}).refused()


def test_a_path_is_required(wire, experiment):
    wire.post(f"{MPU}/create/{experiment}", {"num_parts": 1}).missing("path")


@better
def test_nothing_can_be_completed_that_was_not_begun(wire, experiment):
    wire.post(f"{MPU}/complete/{experiment}", {"path": "x", "upload_id": "nobody", "parts": []}).refused()


@better
@pytest.mark.client
def test_the_stock_client(mlflow, client, experiment, tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 << 20))
    from mlflow.store.artifact import http_artifact_repo

    completed = []
    original = http_artifact_repo.HttpArtifactRepository.complete_multipart_upload
    monkeypatch.setattr(
        http_artifact_repo.HttpArtifactRepository,
        "complete_multipart_upload",
        lambda self, *arguments, **more: completed.append(original(self, *arguments, **more)),
    )
    source = tmp_path / "big.bin"
    source.write_bytes(os.urandom(12 << 20))
    run = client.create_run(experiment).info.run_id
    client.log_artifact(run, str(source), "sub")
    assert len(completed) == 1, "the client fell back to a plain upload"
    found = mlflow.artifacts.download_artifacts(
        run_id=run, artifact_path="sub/big.bin", dst_path=str(tmp_path / "down")
    )
    assert open(found, "rb").read() == source.read_bytes()


@pytest.mark.client
def test_the_stock_client_falls_back(client, experiment, tmp_path, monkeypatch):
    """Whatever the server can do, a big file arrives."""
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", "1")
    source = tmp_path / "small.bin"
    source.write_bytes(b"small")
    run = client.create_run(experiment).info.run_id
    client.log_artifact(run, str(source))
    assert open(client.download_artifacts(run, "small.bin"), "rb").read() == b"small"
