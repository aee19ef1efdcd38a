"""The server under test as a child process: started, killed, stopped, and looked at through /proc."""

import contextlib
import os
import pathlib
import pwd
import signal
import subprocess
import time

from client import Client, NoAnswer, NotSent

from servers import free_port

PROBE = "experiments/get?experiment_id=0"


class DidNotStart(AssertionError):
    """The process ended, or answered nothing in time."""


class Server:
    """`steward serve` on a data folder. It is the same server through kills and starts: folder and port stay.

    `wrap` is a command that ends in executing another one (`prlimit ...`, `nsenter ...`), so that the process that is
    started is the server itself.
    """

    def __init__(self, binary, folder, log, *, database=None, artifacts=None, wrap=(), user=None, settings=None):
        self.folder = str(folder)
        self.log = pathlib.Path(log)
        self.port = free_port()
        self.wrap = list(wrap)
        self.user = user
        self.process = None
        self.command = [binary, "serve", "--data", self.folder, "--port", str(self.port)]
        self.command += ["--database", database] if database else []
        self.command += ["--artifacts", artifacts] if artifacts else []
        clean = {name: value for name, value in os.environ.items() if not name.startswith("STEWARD_")}
        self.environment = clean | (settings or {})

    @property
    def pid(self):
        return self.process.pid

    @property
    def database_file(self):
        return f"{self.folder}/steward.db"

    def launch(self):
        """Starts the process without waiting for it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "a") as output:
            self.process = subprocess.Popen(
                [*self.wrap, *self.command],
                stdout=output,
                stderr=output,
                env=self.environment,
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
                extra_groups=[] if self.user else None,
            )

    def start(self, patience=60.0):
        """Starts it and waits until it answers from the database.

        Returns the seconds from the start of the process to that answer.
        """
        begun = time.monotonic()
        self.launch()
        deadline = begun + patience
        while True:
            if self.process.poll() is not None:
                raise DidNotStart(f"the server ended with status {self.process.returncode}: {self.last_words()}")
            if self.answers():
                return time.monotonic() - begun
            if time.monotonic() > deadline:
                raise DidNotStart(f"no answer within {patience} s: {self.last_words()}")
            time.sleep(0.005)

    def answers(self, timeout=5.0):
        with contextlib.closing(Client(self.port, timeout)) as client:
            try:
                return client.call("GET", PROBE).ok
            except (NotSent, NoAnswer):
                return False

    def outcome(self, patience=20.0):
        """Starts it and tells how that ended: ("up", seconds) or ("refused", status). Silence is an error."""
        begun = time.monotonic()
        self.launch()
        while time.monotonic() < begun + patience:
            if self.process.poll() is not None:
                return "refused", self.process.returncode
            if self.listens():
                return "up", time.monotonic() - begun
            time.sleep(0.005)
        raise DidNotStart(f"neither up nor gone within {patience} s: {self.last_words()}")

    def listens(self):
        """Whether connections are accepted."""
        try:
            Client(self.port, 5).call("GET", "/version")
        except NotSent:
            return False
        except NoAnswer:
            return True
        return True

    def is_alive(self):
        return self.process is not None and self.process.poll() is None

    def last_words(self, count=1500):
        return self.log.read_text(errors="replace")[-count:].strip() if self.log.exists() else ""

    def kill(self):
        """SIGKILL: what a crash looks like to the data."""
        if self.is_alive():
            self.process.kill()
        if self.process:
            self.process.wait()

    def terminate(self, patience=40.0):
        """SIGTERM. Returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the server did not end within {patience} s of SIGTERM") from None

    def client(self, timeout=30.0):
        return Client(self.port, timeout)

    # What the system knows about the process.

    def resident(self):
        """Bytes of memory in use."""
        for line in self._proc("status").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the server is gone")

    def cpu(self):
        """Seconds of processor time so far."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def _proc(self, name):
        try:
            return pathlib.Path(f"/proc/{self.pid}/{name}").read_text()
        except OSError as error:
            raise AssertionError(f"the server is gone: {error}; {self.last_words()}") from None


class MLflow(Server):
    """MLflow's own server, to see the tests fail. It has no event log and is in no hurry to start."""

    def __init__(self, program, folder, log):
        super().__init__(program, folder, log)
        os.makedirs(self.folder, exist_ok=True)
        store, artifacts = f"sqlite:///{self.folder}/mlflow.db", f"{self.folder}/artifacts"
        self.command = [program, "server", "--host", "127.0.0.1", "--port", str(self.port), "--workers", "1"]
        self.command += ["--backend-store-uri", store, "--artifacts-destination", artifacts]
        self.environment |= {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}

    def launch(self):
        # A group of its own, for it has several processes.
        with open(self.log, "a") as output:
            self.process = subprocess.Popen(
                self.command, stdout=output, stderr=output, env=self.environment, start_new_session=True
            )

    def start(self, patience=180.0):
        return super().start(patience)

    def kill(self):
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def leftovers(artifacts):
    """Temporary files in an artifact folder; parts of uploads that are not complete yet are none."""
    found = []
    for folder, _, names in os.walk(os.path.join(artifacts, ".steward", "tmp")):
        found += [os.path.join(folder, name) for name in names]
    return found
