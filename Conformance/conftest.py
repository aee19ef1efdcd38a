"""What all tests share: the server's address, a plain HTTP client and the stock client."""

import os

import pytest

from wire import IS_ORACLE, Wire

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# A failure that the server means must reach the test, not be retried for minutes.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "0")


def pytest_report_header():
    what = "MLflow, the original" if IS_ORACLE else f"steward on {os.environ.get('STEWARD_DATABASE', 'unknown')}"
    return f"server: {os.environ.get('STEWARD_URL')} ({what})"


def pytest_collection_modifyitems(items):
    """Against MLflow itself the tests of deliberate differences must fail: a difference that is none is a lie."""
    if not IS_ORACLE:
        return
    for item in items:
        marked = {marker.name for marker in item.iter_markers()}
        harmful, strict = "harms_mlflow" in marked, "by_chance" not in marked
        if harmful or "better_than_mlflow" in marked:
            item.add_marker(pytest.mark.xfail(reason="Steward is better here", strict=strict, run=not harmful))


@pytest.fixture(scope="session")
def url():
    address = os.environ.get("STEWARD_URL")
    if not address:
        pytest.exit("STEWARD_URL names the server to test, for example http://127.0.0.1:5000", returncode=2)
    return address.rstrip("/")


@pytest.fixture(scope="session")
def wire(url):
    return Wire(url)


@pytest.fixture
def experiment(wire):
    return wire.experiment()


@pytest.fixture
def run(wire, experiment):
    return wire.run(experiment)


@pytest.fixture
def model(wire):
    return wire.model()


@pytest.fixture(scope="session")
def mlflow(url):
    """The stock package, pointed at the server."""
    module = pytest.importorskip("mlflow")
    module.set_tracking_uri(url)
    return module


@pytest.fixture(scope="session")
def client(mlflow):
    return mlflow.MlflowClient()
