"""What the fuzzer puts in place of what belongs there: the classes of input that servers of this kind fell over."""

TEXTS = [
    "", " ", "\x00", "a\x00b", "\n", "\t", "\x7f", "\x1b[31m", "'", "''", '"', "`", "\\", "%", "%00", "%zz",
    "%2e%2e%2f", "..", "../..", "/", "//", "/etc/passwd", "file:///etc/passwd", "http:///#/..",
    "http://169.254.169.254/", "runs:/", "models:/", "models:/x/latest", "models:/x@y", "mlflow-artifacts:/",
    "mlflow-artifacts://host/x", "s3:", "C:\\x", "\\\\host\\share", "é", "e\u0301", "\u202egnp", "𝒳" * 3, "\ufeff",
    "\ufffd", "ﷺ" * 50, "null", "true", "NaN", "-1", "0", "1e400", "9" * 40, "0x10", "１", "' OR 1=1 --",
    "'; DROP TABLE x; --", "${jndi:ldap://x}", "{{7*7}}", "$(id)", "`id`", "<script>", "a" * 251, "b" * 5001,
    "c" * 20001, "d" * 100001, "%s%n", "a/../b", "./a", "2024-01-01T00:00:00Z", "2024-13-45T99:99:99Z",
    # Fewer characters than bytes: two of these are one character, and three.
    "\r\n", "\r\n\r\n\r\n\r\n-01-31T12:00", "2024-01-01T00:00:0\u0301Z", "g̈\u200d" * 20,
    "9999999999999s", "-0s", "Production", "production", "FINISHED", "LOGGED_MODEL_READY",
]  # fmt: skip
NUMBERS = [
    0, -1, 1, 2**31, -(2**31) - 1, 2**53 + 1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 2**64, 10**30, 10**400, 0.5,
    -0.0, 1e308, 5e-324,
]  # fmt: skip
# What Python's writer of JSON would not write.
RAW = [
    "1e400", "-1e400", "NaN", "Infinity", "-Infinity", "01", "1.", ".5", "+1", "1e", "0x1", "- 1", '"\\ud800"',
    '"\\udc00\\ud800"', '"\\u0000"', '"\\x"', '"\t"', '"unended', "'x'", "tru", "nul", "[1,]", "[,]", '{"a":1,}',
    '{"a"}', "{a:1}", "/**/1", "1 2", "1" * 5000, "0." + "1" * 5000, "1e99999999999", "[" * 3000, '{"a":' * 3000,
    "[" * 200 + "]" * 200,
]  # fmt: skip
BODIES = [
    b"", b" ", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf{}", "{}".encode("utf-16"), b"{", b"}", b"[]", b"5", b'"abc"',
    b"null", b"true", b"{}{}", b'{"a":"\xff"}', b'{"a":"\xed\xa0\x80"}', b'{"a":"\xc0\xaf"}', b"a=b&c=d", b"<xml/>",
    b"\x80\x81", b'"{}"', b'"{\\"name\\":1}"', b"[" * 100000, b"[" + b"0," * 2_000_000 + b"0]",
    b'{"a":[' + b"{}," * 300_000 + b"0]}",
]  # fmt: skip
PATHS = [
    "..", "../x", "..%2fx", "%2e%2e/x", "%2e%2e%2fx", "%252e%252e%252fx", "%25252e%25252e%25252fx", "a/../../x",
    "a/%2e%2e/%2e%2e/x", "..%5cx", "..\\x", "./x", "a/./b", "a//b", "%2fetc%2fpasswd", "//etc/passwd", "C:/x",
    "C%3A%5Cx", "a%00b", "a%0ab", "a%23/../x", "x%3f", "..;/x", "%", "%2", "%zz", "%ff%fe", "%c0%ae%c0%ae/x",
    "%e2%80%ae", ".steward/x", ".steward%2ftmp", "%2esteward/x", "a" * 300, "/".join("b" * 200), "c/" * 1500 + "c",
    "~root", "a:b", "con", "\x7f",
]  # fmt: skip
QUERIES = [
    "", "?", "a", "=", "=b", "a=", "&&&", "a=b=c", "a=%", "a=%zz", "a=%00", "a=%ff", "a=+", "a[]=1", "a=1&a=2",
    "%61=1", "a;b=c", "a=" + "x" * 15000, "&".join(f"a{i}=1" for i in range(2000)), "#", "a=b#c",
]  # fmt: skip
HEADERS = [
    ("Content-Type", [
        "", "text/plain", "application/json; charset=utf-16", "APPLICATION/JSON", "application/x-protobuf",
        "multipart/form-data", "application/json\t", "a" * 5000,
    ]),
    ("Content-Length", ["-1", "+5", "0x5", "5, 5", "5,6", " 5", "99999999999999999999", "", "1e3", "5\t5"]),
    ("Transfer-Encoding", [
        "chunked", "gzip, chunked", "chunked, chunked", "identity", "Chunked ", "xchunked", "chunked;q=1",
    ]),
    ("Host", [
        "", "evil.example", "127.0.0.1:99999", "127.0.0.1:x", "[::1", "[::1]:5", "localhost.", "a" * 300,
        "127.0.0.1@evil", "127.0.0.1, evil",
    ]),
    ("Origin", ["null", "http://evil.example", "http://127.0.0.1", "file://", "", "http://[", "x" * 2000]),
    ("Range", [
        "bytes=0-", "bytes=-1", "bytes=5-2", "bytes=0-0,1-1", "bytes=99999999999999999999-", "bytes=-", "lines=1",
        "bytes=0-" + "9" * 50,
    ]),
    ("If-None-Match", ["*", '"x"', "W/", '"' + "y" * 5000 + '"']),
    ("If-Range", ["x", '"x"']),
    ("Expect", ["100-continue", "200-ok", ""]),
    ("Connection", ["close", "upgrade", "keep-alive, x", "Content-Length"]),
    ("Upgrade", ["h2c", "websocket"]),
    ("Idempotency-Key", ["", " ", "k", "k" * 256, "\x80", "a b", "é", "../x"]),
    ("Accept-Encoding", ["gzip", "*;q=0", "x" * 1000]),
    ("X-Long", ["y" * 20000, "\x01", "\x00"]),
    ("Cookie", ["a=b; " * 500]),
    ("X-HTTP-Method-Override", ["DELETE"]),
    ("Content-Encoding", ["gzip", "br", "identity"]),
    ("Authorization", ["Basic", "Basic !!!", "Basic " + "QQ" * 5000, "Bearer ", "Bearer x", "Digest x"]),
]  # fmt: skip
LINES = [
    b"GET / HTTP/1.1\r\n\r\n",
    b"GET  / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET /\r\n\r\n",
    b"\r\n\r\nGET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"CONNECT evil:443 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET http://127.0.0.1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET http://evil/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"get / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"G\xffT / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\nHost: 127.0.0.1\n\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n x: folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost : 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n: x\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n" + b"X: y\r\n" * 5000 + b"\r\n",
    b"\x00" * 1000 + b"\r\n\r\n",
    b"SELECT 1;\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
]  # fmt: skip
CHUNKS = [
    b"0\r\n\r\n", b"5\r\nhello\r\n0\r\n\r\n", b"ffffffffffffffff\r\nx", b"-1\r\nx", b"5\r\nhel",
    b"2\r\n{}\r\n0\r\nX: y\r\n\r\n", b"2;a=b\r\n{}\r\n0\r\n\r\n", b"zz\r\n", b"2\r\n{}0\r\n\r\n", b"\r\n",
]  # fmt: skip
WORDS = [
    "metrics", "params", "tags", "attributes", "attribute", "dataset", "datasets", "name", "run_id", "status",
    "start_time", "version_number", "experiment_id", "creation_timestamp", "m", "a.b", "`x y`", '"q"', "''", "'v'",
    "'%'", "0.5", "-1", "1e400", "9" * 30, "NaN", "TRUE", "=", "!=", "<", ">=", "<>", "==", "LIKE", "ILIKE", "IN",
    "NOT", "IS", "NULL", "AND", "OR", "BETWEEN", "(", ")", ",", "('a','b')", "()", ";", "--", "/*", ".", "..",
    "\x00", "é", "'\\'", "'unended", "`unended", "ASC", "DESC", "desc desc", "*", "\u00a0", "''''", "tags.`a`",
    "metrics.m", "params.p",
]  # fmt: skip

# What attacks.py tries.

# A step to the folder above, as validation has been got around: dots and what follows them.
DOTS = [
    "..", "%2e%2e", ".%2e", "%252e%252e", "%25252e%25252e", "%c0%ae%c0%ae", "%ef%bc%8e%ef%bc%8e", "..;", "..%00",
]  # fmt: skip
SLASHES = [
    "/", "%2f", "%252f", "%25252f", "\\", "%5c", "%255c", "%c0%af", "%e0%80%af", "%ef%bc%8f", "//", "/./",
]  # fmt: skip
FILE_NAMES = [
    "page.html", "a.svg", "x.xhtml", "MLmodel", "a.js", 'q"; filename=x.html', "$(id)", "`id`", "a;b", "é.html",
    "a\r\nSet-Cookie: x=y", "\u202elmth.x", "a" * 200 + ".html",
]  # fmt: skip
# PORT is the server's own.
ORIGINS = [
    "null", "http://evil.example", "https://127.0.0.1.evil.example", "http://127.0.0.1.evil:PORT", "file://", "",
    "http://evil@127.0.0.1:PORT", "http://127.0.0.1:PORT.evil.example", "http://127.0.0.1:PORT0", "http://[::1]evil",
    "http://localhost.evil:PORT", "http://127.0.0.1:PORT/", "http://127.0.0.1\\@evil",
]  # fmt: skip
# Names and numbers of addresses that only the server should reach.
INSIDE = [
    "127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0", "0.0.0.0", "[::1]",
    "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "evil@127.0.0.1", "127.0.0.1#@evil.example",
    "127.0.0.1.", "[fe80::1]", "169.254.169.254", "10.0.0.1", "192.168.0.1", "172.16.0.1", "100.64.0.1", "[fd00::1]",
    "224.0.0.1", "\u2460\u2461\u2466.0.0.1", "127.0.0.1%00.evil.example", "0:0", "metadata.google.internal",
]  # fmt: skip
# Fields of a head whose body holds another request, LENGTH bytes long.
SMUGGLED = [
    "Content-Length: LENGTH\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: LENGTH\r\n", "Content-Length: 0\r\nContent-Length: LENGTH\r\n",
    "Content-Length: LENGTH\r\nContent-Length: 0\r\n", "Content-Length: +5\r\n", "Content-Length : 5\r\n",
    "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
    "Transfer-Encoding:\x0bchunked\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    "Content-Length: 5\r\n Transfer-Encoding: chunked\r\n", "X: y\nContent-Length: 5\r\n",
    "Content-Length: 5,5\r\n", "Content-Length: 0x10\r\n", "Content-Length: 9999999999999999999999\r\n",
]  # fmt: skip
# TEST_SECRET is a variable of the server's environment; FILE must not come to be.
EXPANDED = [
    "$TEST_SECRET", "${TEST_SECRET}", "%TEST_SECRET%", "{{TEST_SECRET}}", "{{7*191}}", "${7*191}", "<%= 7*191 %>",
    "$(touch FILE)", "`touch FILE`", "; touch FILE", "| touch FILE", "\ntouch FILE\n", "!!js/function 'x'",
    "!!python/object/apply:os.getcwd []", "${jndi:ldap://127.0.0.1/x}", "#{7*191}",
]  # fmt: skip
