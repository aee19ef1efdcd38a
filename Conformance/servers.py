"""The servers of a run: Steward, MLflow itself as the oracle, and a PostgreSQL.

All on loopback, all in a temporary folder.
"""

import contextlib
import glob
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request

from environments import Unavailable

# Webhooks are received by the tests on loopback, which both servers refuse to call unless told otherwise.
STEWARD_SETTINGS = {"STEWARD_WEBHOOK_SCHEMES": "http,https", "STEWARD_WEBHOOK_ALLOW": "127.0.0.0/8,example.com"}
MLFLOW_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    "MLFLOW_WEBHOOK_ALLOWED_SCHEMES": "http,https",
    "MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS": "true",
    "MLFLOW_WEBHOOK_CACHE_TTL": "0",
}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@contextlib.contextmanager
def folder():
    """A temporary folder that other users (postgres) can enter."""
    path = tempfile.mkdtemp(prefix="steward-conformance-")
    os.chmod(path, 0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def process(command, url, log, settings, patience):
    """Runs a server, waits until its /health answers, and stops it in the end."""
    pathlib.Path(log).parent.mkdir(parents=True, exist_ok=True)
    with open(log, "w") as output:
        # In a session of its own: MLflow's server is several processes, of which the first does not end the others.
        server = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, **settings}, start_new_session=True
        )
    try:
        deadline = time.monotonic() + patience
        while True:
            try:
                with urllib.request.urlopen(f"{url}/health", timeout=5):
                    break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    tail = pathlib.Path(log).read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"{command[0]} did not come up:\n{tail}") from None
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)


@contextlib.contextmanager
def steward(binary, database, log, *arguments):
    """Steward on a fresh data folder: yields (address, data folder). `database` is None for SQLite or an address;
    `arguments` are further ones of `steward serve`."""
    with folder() as data:
        with steward_on(binary, data, database, log, *arguments) as url:
            yield url, data


def set_up_link(log):
    """The link that a server with --auth shows at its first start, as a path. It answers before it shows it."""
    for _ in range(1200):
        if found := re.search(r"/setup\?token=\S+(?=\s)", pathlib.Path(log).read_text()):
            return found.group()
        time.sleep(0.05)
    raise AssertionError("the server shows no link that makes the first administrator")


def first_administrator(url, log, name, password):
    token = set_up_link(log).partition("=")[2]
    body = json.dumps({"token": token, "name": name, "password": password}).encode()
    request = urllib.request.Request(f"{url}/api/v1/setup", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=30):
        pass


@contextlib.contextmanager
def steward_on(binary, data, database, log, *arguments):
    """Steward on a data folder: yields its address."""
    port = free_port()
    command = [binary, "serve", "--host", "127.0.0.1", "--port", str(port), "--data", data]
    command += ["--database", database] if database else []
    command += arguments
    with process(command, f"http://127.0.0.1:{port}", log, STEWARD_SETTINGS, 30) as url:
        yield url


@contextlib.contextmanager
def mlflow(python, log):
    """`mlflow server` of the environment that `python` belongs to: yields (address, data folder)."""
    with folder() as data:
        with mlflow_on(python, f"sqlite:///{data}/mlflow.db", f"{data}/artifacts", log) as url:
            yield url, data


@contextlib.contextmanager
def mlflow_on(python, database, artifacts, log, settings=None):
    """`mlflow server` on a database and a folder of artifacts: yields its address."""
    port = free_port()
    program = str(pathlib.Path(python).parent / "mlflow")
    command = [program, "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", database, "--artifacts-destination", artifacts]
    with process(command, f"http://127.0.0.1:{port}", log, MLFLOW_SETTINGS | (settings or {}), 180) as url:
        yield url


@contextlib.contextmanager
def postgresql(log):
    """A PostgreSQL of Debian's packages on a fresh cluster: yields a function that makes a database and names it.

    The cluster sorts text as people do, not by bytes, where PostgreSQL can: what relies on the order of a database then
    shows. It syncs its files: Steward refuses one that does not.
    """
    tools = postgresql_tools()
    with folder() as home:
        user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if user:
            try:
                account = pwd.getpwnam("postgres")
            except KeyError:
                raise Unavailable("there is no user postgres to run PostgreSQL as") from None
            os.chown(home, account.pw_uid, account.pw_gid)
        data, port = f"{home}/data", free_port()
        run = {"check": True, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": "/"}
        common = [*user, f"{tools}/initdb", "-D", data, "-U", "steward", "-A", "trust", "-E", "UTF8", "--no-sync"]
        try:
            subprocess.run([*common, "--locale=C", "--locale-provider=icu", "--icu-locale=en-US"], **run)
        except subprocess.CalledProcessError:
            shutil.rmtree(data, ignore_errors=True)
            subprocess.run([*common, "--locale=C"], **run)
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": port,
            "unix_socket_directories": home,
            "max_connections": 60,
        }
        command = [*user, f"{tools}/postgres", "-D", data]
        for key, value in settings.items():
            command += ["-c", f"{key}={value}"]
        with open(log, "w") as output:
            server = subprocess.Popen(command, stdout=output, stderr=output, cwd="/")
        try:
            ready = [*user, f"{tools}/pg_isready", "-h", "127.0.0.1", "-p", str(port), "-U", "steward", "-q"]
            deadline = time.monotonic() + 60
            while subprocess.run(ready, cwd="/").returncode != 0:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not come up: {pathlib.Path(log).read_text()[-2000:]}")
                time.sleep(0.1)

            def make(name):
                create = [*user, f"{tools}/createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "steward", name]
                subprocess.run(create, **run)
                return f"postgresql://steward@127.0.0.1:{port}/{name}"

            yield make
        finally:
            # runuser does not pass signals on, so the server is stopped by its own tool.
            stop = [*user, f"{tools}/pg_ctl", "-D", data, "-m", "immediate", "stop"]
            subprocess.run(stop, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(15)


def postgresql_tools():
    """The folder with initdb and postgres: the newest of Debian's, or the one on the path."""
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: int(path.split("/")[4]), reverse=True)
    found = shutil.which("initdb")
    folders += [os.path.dirname(os.path.realpath(found))] if found else []
    for path in folders:
        if all(os.path.exists(f"{path}/{tool}") for tool in ("initdb", "postgres", "pg_ctl", "createdb", "pg_isready")):
            return path
    raise Unavailable("PostgreSQL's server (initdb, postgres) is not installed")
