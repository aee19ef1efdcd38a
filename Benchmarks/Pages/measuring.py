"""How pages are measured: a server of its own, each page warm, one after the other, a hundred times."""

import http.client
import os
import pathlib
import subprocess
import time
import urllib.request

HEAD = "| page | p50 ms | slowest of 100 ms | CPU ms | kB |\n|---|--:|--:|--:|--:|"


def start(steward, folder, port):
    server = subprocess.Popen(
        [steward, "serve", "--port", str(port), "--data", folder], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready").read()
            return server
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not start")


def cpu(process):
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000


def measure(server, port, path, count=100):
    link = http.client.HTTPConnection("127.0.0.1", port)
    times, size = [], 0
    for number in range(count + 10):
        if number == 10:
            before = cpu(server.pid)
        begin = time.perf_counter()
        link.request("GET", path, headers={"Accept": "text/html"})
        answer = link.getresponse()
        size = len(answer.read())
        assert answer.status == 200, (path, answer.status)
        if number >= 10:
            times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    spent = (cpu(server.pid) - before) / count
    print(f"| `{path}` | {times[len(times) // 2]:.2f} | {times[-1]:.2f} | {spent:.2f} | {size / 1000:.0f} |")
