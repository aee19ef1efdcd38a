"""Upload and download of one big file, against a plain copy of it on the same disk."""
import os
import socket
import statistics
import subprocess
import threading
import time

import processes

BLOCK = 1 << 20


def make_file(path, size):
    if os.path.exists(path) and os.path.getsize(path) == size:
        return
    block = os.urandom(16 << 20)
    with open(path, "wb") as file:
        for _ in range(size // len(block)):
            file.write(block)
    os.sync()


def copy(source, target):
    """`cp` and fsync: seconds."""
    began = time.monotonic()
    subprocess.run(["cp", source, target], check=True)
    with open(target, "rb") as file:
        os.fsync(file.fileno())
    return time.monotonic() - began


def _connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=600)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _head(connection):
    """(status, headers, what was read of the body)."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(BLOCK)
        if not part:
            raise ConnectionError("the connection was closed before the answer: %r" % data[:200])
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), headers, rest


def upload(port, path, source):
    with _connect(port) as connection, open(source, "rb") as file:
        began = time.monotonic()
        size = os.path.getsize(source)
        connection.sendall(
            b"PUT %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %d\r\n\r\n" % (path.encode(), size))
        connection.sendfile(file)
        status = _head(connection)[0]
        if status != 200:
            raise ValueError("upload: status %d" % status)
        return time.monotonic() - began


def download(port, path, target, size):
    """Writes the file and flushes it, as the copy does."""
    buffer = memoryview(bytearray(BLOCK))
    with _connect(port) as connection, open(target, "wb", buffering=0) as file:
        began = time.monotonic()
        connection.sendall(b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" % path.encode())
        status, headers, rest = _head(connection)
        if status != 200 or headers.get("content-length", str(size)) != str(size):
            raise ValueError("download: status %d, %s" % (status, headers))
        file.write(rest)
        count = len(rest)
        chunked = headers.get("transfer-encoding") == "chunked"
        while chunked or count < size:
            received = connection.recv_into(buffer)
            if received == 0:
                break
            file.write(buffer[:received])
            count += received
        os.fsync(file.fileno())
        if not chunked and count != size:
            raise ValueError("download: %d bytes instead of %d" % (count, size))
        return time.monotonic() - began


class Peak:
    """The greatest resident memory of a process tree while it is watched."""

    def __init__(self, server):
        self.server = server
        self.pids = server.pids()
        self.bytes = processes.resident(self.pids)
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def _watch(self):
        while not self.ending.wait(0.1):
            self.bytes = max(self.bytes, processes.resident(self.pids))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join()


def measure(server, source, folder, repeats):
    """Rates in MB/s, medians; copies taken in turn with the transfers. Memory of the server meanwhile."""
    size = os.path.getsize(source)
    times = {"copy": [], "upload": [], "download": []}
    cpu = {"upload": [], "download": []}
    target = os.path.join(folder, "copy.bin")
    before = processes.resident(server.pids())
    with Peak(server) as peak:
        for _ in range(repeats):
            for name, step in (
                    ("copy", lambda: copy(source, target)),
                    ("upload", lambda: upload(server.port, server.artifact, source)),
                    ("download", lambda: download(server.port, server.artifact, target, size))):
                if os.path.exists(target):
                    os.remove(target)
                os.sync()
                start = server.cpu()
                times[name].append(step())
                if name in cpu:
                    cpu[name].append(server.cpu() - start)
    os.remove(target)
    result = {name: size / 1e6 / statistics.median(values) for name, values in times.items()}
    result.update({name + "_cpu": statistics.median(values) for name, values in cpu.items()})
    result.update(size=size, before=before, peak=peak.bytes)
    return result
