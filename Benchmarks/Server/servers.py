"""The two servers: how they are started, filled and looked at."""
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

import processes
import seed_mlflow


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server process with everything below it, on a port of its own."""

    name = ""
    # Where the client's PUT of an artifact goes.
    artifact = "/api/2.0/mlflow-artifacts/artifacts/0/%s/artifacts/big.bin" % seed_mlflow.LONG_RUN

    def __init__(self, folder):
        self.folder = folder
        self.process = None
        self.port = None
        self.idle_rate = 0.0

    def start(self):
        """Starts and waits for /health: (wall seconds, CPU seconds until then)."""
        os.makedirs(self.folder, exist_ok=True)
        self.port = free_port()
        log = open(os.path.join(self.folder, "server.log"), "ab")
        environment = dict(os.environ, MLFLOW_DISABLE_TELEMETRY="true")
        began = time.monotonic()
        self.process = subprocess.Popen(
            self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True)
        log.close()
        while not self.is_healthy():
            if self.process.poll() is not None:
                raise RuntimeError("%s ended with status %d, see %s" % (
                    self.name, self.process.returncode, log.name))
            if time.monotonic() - began > 300:
                raise RuntimeError("%s did not start within 300 s" % self.name)
            time.sleep(0.002)
        return time.monotonic() - began, self.cpu()

    def is_healthy(self):
        try:
            with urllib.request.urlopen("http://127.0.0.1:%d/health" % self.port, timeout=20) as answer:
                return answer.status == 200
        except urllib.error.HTTPError as answer:
            return answer.code < 500
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def stop(self):
        if self.process is None:
            return
        pids = processes.tree(self.process.pid)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.process = None

    def cpu(self):
        return processes.cpu_seconds(self.process.pid)

    def pids(self):
        return processes.tree(self.process.pid)

    def settle(self):
        """Waits until the server does nearly nothing: the first worker answers while others are still starting."""
        quiet, waited = 0, time.monotonic()
        while quiet < 2 and time.monotonic() - waited < 120:
            before = self.cpu()
            time.sleep(1)
            quiet = quiet + 1 if self.cpu() - before < 0.15 else 0

    def measure_idle(self, seconds):
        """CPU seconds a second that the server spends on nothing; it is taken off what requests cost."""
        before, began = self.cpu(), time.monotonic()
        time.sleep(seconds)
        self.idle_rate = (self.cpu() - before) / (time.monotonic() - began)
        return self.idle_rate


class MLflow(Server):
    name = "mlflow"

    def __init__(self, folder, program):
        super().__init__(folder)
        self.program = program
        self.database = os.path.join(folder, "mlflow.db")

    def command(self):
        return [
            self.program, "server", "--backend-store-uri", "sqlite:///" + self.database, "--artifacts-destination",
            os.path.join(self.folder, "artifacts"), "--serve-artifacts", "--host", "127.0.0.1", "--port",
            str(self.port)]

    def fill(self, size):
        seed_mlflow.seed(self.database, size.runs, size.points, size.models, size.versions)


class Steward(Server):
    name = "steward"

    def __init__(self, folder, binaries, program=None):
        super().__init__(folder)
        self.program = program or os.path.join(binaries, "steward")
        self.filler = os.path.join(binaries, "tracking-benchmark")

    def command(self):
        return [self.program, "serve", "--data", self.folder, "--port", str(self.port)]

    def fill(self, runs, points):
        """Runs, before the server starts."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        subprocess.run([
            self.filler, "fill", os.path.join(self.folder, "steward.db"), "--runs", str(runs), "--points", str(points)],
            check=True)
