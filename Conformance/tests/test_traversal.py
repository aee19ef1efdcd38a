"""Attempts to leave the artifact store, one per class of attack that MLflow was found open to."""

import pytest

from wire import AJAX, PROXY, better, harmful

PLACES = [
    "../x",
    "..%2fx",
    "..%2Fx",
    "%2e%2e/x",
    "%2E%2E/x",
    "%2e%2e%2fx",
    "%252e%252e%252fx",
    "%252E%252E/x",
    "%25252e%25252e%25252fx",
    "a/../../x",
    "a/%2e%2e/%2e%2e/x",
    "a/..",
    "..",
    "%2e%2e",
    "a%00/../x",
    "a%23/../x",
    "C:/x",
    "C%3A%5Cx",
    "c:%5Cx",
    "%252fetc%252fpasswd",
    "file:%2f%2f/etc/passwd",
    "file:///etc/passwd",
]
# MLflow answers these with 200, a redirect or 500.
MORE_PLACES = ["..%5cx", "..\\x", "a/..%5c..%5cx", "./x", "a/./b", "%2e/x", "a%00b", "a%0ab", "x%23", "..;/x"]
# Absolute paths: MLflow redirects DELETE.
ABSOLUTE = ["/etc/passwd", "%2fetc/passwd", "%2Fetc%2Fpasswd", "//etc/passwd"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("place", PLACES)
def test_paths_that_lead_out(wire, method, place):
    reply = wire.exact(method, f"{PROXY}/{place}", b"evil" if method == "PUT" else None)
    reply.error(400, "INVALID_PARAMETER_VALUE")
    assert b"root:" not in reply.content


@better
@pytest.mark.parametrize("place", MORE_PLACES)
def test_more_paths_that_lead_out(wire, place):
    for method in ("PUT", "GET", "DELETE"):
        reply = wire.exact(method, f"{PROXY}/{place}", b"evil" if method == "PUT" else None)
        reply.refused()


@pytest.mark.parametrize("method", ["GET", "PUT", pytest.param("DELETE", marks=better)])
@pytest.mark.parametrize("place", ABSOLUTE)
def test_absolute_paths(wire, method, place):
    reply = wire.exact(method, f"{PROXY}/{place}", b"evil" if method == "PUT" else None)
    reply.refused()
    assert b"root:" not in reply.content


@better
@harmful
@pytest.mark.parametrize("place", ["%2e", ".", "%2e/", "./", "%2e/%2e", ""])
def test_the_root_itself_cannot_be_deleted_or_written(wire, place):
    experiment = wire.experiment()
    kept = f"{PROXY}/{experiment}/kept"
    assert wire.put(kept, b"kept").status == 200
    for method in ("DELETE", "PUT"):
        reply = wire.exact(method, f"{PROXY}/{place}", b"evil" if method == "PUT" else None)
        assert 400 <= reply.status < 500, reply
    assert wire.get(kept).content == b"kept"


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "../..",
        "%2e%2e",
        "%252e%252e",
        "/etc",
        "//etc",
        "a/../..",
        "file:///etc",
        "C:\\",
        "C:\\x",
        "a/%2e%2e/..",
        "a\x00/../..",
    ],
)
def test_listings_that_lead_out(wire, run, path):
    wire.get(PROXY, {"path": path}).invalid("Invalid path")
    wire.get("artifacts/list", {"run_id": run, "path": path}).invalid("Invalid path")


@better
@pytest.mark.parametrize("path", ["..\\x", "..\\..", "a\\..\\..\\x", "a\x00b"])
def test_more_listings_that_lead_out(wire, run, path):
    wire.get(PROXY, {"path": path}).refused()
    wire.get("artifacts/list", {"run_id": run, "path": path}).refused()


@pytest.mark.parametrize(
    "path", ["../x", "%2e%2e/x", "%252e%252e/x", "/etc/passwd", "a/../../x", "//etc/passwd", "file:///etc/passwd"]
)
def test_downloads_and_uploads_of_the_web_page_that_lead_out(wire, experiment, run, path):
    wire.get("/get-artifact", {"run_uuid": run, "path": path}).invalid("Invalid path")
    model = wire.model()
    wire.version(model, f"mlflow-artifacts:/{experiment}/{run}/artifacts", run_id=run)
    wire.get("/model-versions/get-artifact", {"name": model, "version": "1", "path": path}).invalid("Invalid path")
    info = wire.logged_model(experiment)
    wire.get(f"{AJAX}logged-models/{info['model_id']}/artifacts/files", {"artifact_file_path": path}).invalid(
        "Invalid path"
    )
    wire.get(f"logged-models/{info['model_id']}/artifacts/directories", {"artifact_directory_path": path}).invalid(
        "Invalid path"
    )
    upload = {"run_uuid": run, "path": path}
    wire.send(
        "POST", AJAX + "upload-artifact", query=upload, raw=b"evil", headers={"Content-Type": "text/plain"}
    ).invalid("Invalid path")


@pytest.mark.parametrize("place", ["../x", "%2e%2e/x", "%252e%252e%252fx", "a/../../x"])
@pytest.mark.parametrize("step", ["create", "complete", "abort"])
def test_multipart_uploads_that_lead_out(wire, step, place):
    body = b'{"path":"x","num_parts":1,"upload_id":"u","parts":[]}'
    headers = {"Content-Type": "application/json"}
    reply = wire.exact("POST", f"/api/2.0/mlflow-artifacts/mpu/{step}/{place}", body, headers)
    reply.error(400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("place", ["../x", "%2e%2e/x", "%252e%252e%252fx"])
def test_presigned_downloads_that_lead_out(wire, place):
    wire.exact("GET", f"/api/2.0/mlflow-artifacts/presigned/{place}").error(400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("name", ["../x", "..", "/etc/x", "a/../../x", "%2e%2e/x"])
def test_metric_names_are_no_way_out_either(wire, run, name):
    if "%" not in name:
        wire.log_metric(run, name, 1).invalid()
    else:
        wire.log_metric(run, name, 1).invalid("Names may only contain|Invalid value")
    assert wire.metrics(run) == {}
