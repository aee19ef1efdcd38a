"""Prepared requests, a plain client for what is not measured, and the load generator for what is."""
import http.client
import json
import os
import subprocess
import urllib.parse

API = "/api/2.0/mlflow/"
FIRST = 1_700_000_000

_counter = FIRST


def prepare(method, path, body=None, query=None):
    """The bytes of a request to MLflow's API."""
    if query:
        path += "?" + urllib.parse.urlencode(query)
    head = "%s %s%s HTTP/1.1\r\nHost: 127.0.0.1\r\n" % (method, "" if path.startswith("/") else API, path)
    if body is None:
        return (head + "\r\n").encode()
    if not isinstance(body, str):
        body = json.dumps(body)
    return (head + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)).encode()


class Client:
    """One keep-alive connection."""

    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def send(self, method, path, body=None, query=None):
        """The answer parsed. Raises ValueError unless its status is 200."""
        if query:
            path += "?" + urllib.parse.urlencode(query)
        self.connection.request(
            method, path if path.startswith("/") else API + path, None if body is None else json.dumps(body),
            {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise ValueError("%s %s: %d %s" % (method, path, answer.status, text[:300]))
        return json.loads(text)


def build_generator(folder):
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "load.c")
    program = os.path.join(folder, "load")
    if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
        subprocess.run(["cc", "-O2", "-D_GNU_SOURCE", "-o", program, source], check=True)
    return program


def load(program, port, templates, connections=1, seconds=3.0, patience=120.0, requests=0):
    """What load.c prints. Counters never repeat within one run of this script."""
    global _counter
    text = b"".join(b"%d\n%s" % (len(template), template) for template in templates)
    command = [program, port, connections, seconds, patience, requests, _counter]
    done = subprocess.run([str(part) for part in command], input=text, stdout=subprocess.PIPE, check=True)
    result = json.loads(done.stdout)
    _counter = result["counter"]
    return result


def exchange(port, request):
    """Sends one prepared request: (status, body)."""
    head, _, body = request.partition(b"\r\n\r\n")
    method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
    body = body.replace(b"#" * 10, b"%d" % (FIRST - 1))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request(method, path, body or None, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    result = answer.status, answer.read()
    connection.close()
    return result
