"""buf curl, that knows the API by the protos, or by asking the server for reflection."""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import selectors
import signal
import subprocess
import tempfile
import time

from peer import CALL_SECONDS_MAX, PROTO, ROOT, WATCH_SECONDS_MAX, Failure, Peer, Refused, Watch

BUF = ROOT / "tools" / "npm" / "buf"
CHUNK_BYTES = 65536


def info_of(refusal):
    """buf leaves details encoded; it is asked to decode them by the protos."""
    for detail in refusal.get("details", []):
        if detail["type"] != "google.rpc.ErrorInfo":
            continue
        value = detail["value"] + "=" * (-len(detail["value"]) % 4)
        decoded = subprocess.run(
            [BUF, "convert", PROTO, "--type", detail["type"], "--from", "-#format=binpb",
             "--to", "-#format=json"],
            input=base64.b64decode(value), stdout=subprocess.PIPE, check=True,
            timeout=CALL_SECONDS_MAX)
        return json.loads(decoded.stdout)
    return {}


def refusal_of(errors):
    try:
        refusal = json.loads(errors)
    except ValueError:
        raise Failure(f"buf says: {errors.strip()}") from None
    return Refused(refusal["code"].upper(), refusal.get("message", ""), info_of(refusal))


class BufWatch(Watch):
    def __init__(self, command):
        super().__init__()
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8")
        # In a group of its own: buf is started by way of a script.
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                         stderr=self._errors, start_new_session=True)
        self._deadline = time.monotonic() + WATCH_SECONDS_MAX
        self._unread = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process.stdout.close()
        self._errors.close()

    def next_answer(self):
        while True:
            self._unread = self._unread.lstrip()
            try:
                answer, end = json.JSONDecoder().raw_decode(self._unread)
            except ValueError:
                self._read_more()
            else:
                self._unread = self._unread[end:]
                return answer

    def _read_more(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(self._deadline - time.monotonic()):
                raise Failure(f"nothing more came within {WATCH_SECONDS_MAX} s")
        chunk = os.read(self._process.stdout.fileno(), CHUNK_BYTES)
        if not chunk:
            self._process.wait()
            self._errors.seek(0)
            raise refusal_of(self._errors.read())
        self._unread += chunk.decode("utf-8")


class BufPeer(Peer):
    """Asks for reflection where it is given a token for that, which may be empty for none."""

    def __init__(self, address, reflection_token=None):
        self._address = address
        self._reflection_token = reflection_token
        self._directory = tempfile.TemporaryDirectory(prefix="usher-peers-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._directory.cleanup()

    def call(self, method, request, token):
        done = subprocess.run(self._command(method, request, token, CALL_SECONDS_MAX),
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                              check=False)
        if done.returncode != 0:
            raise refusal_of(done.stderr)
        return json.loads(done.stdout)

    def watch(self, request, token):
        return BufWatch(
            self._command("EventService/WatchEvents", request, token, WATCH_SECONDS_MAX))

    def _command(self, method, request, token, seconds_max):
        command = ["timeout", str(seconds_max), BUF, "curl", "--protocol", "grpc",
                   "--http2-prior-knowledge", "--data", json.dumps(request)]
        if token is not None:
            command += ["--header", f"@{self._header(token)}"]
        if self._reflection_token is None:
            command += ["--schema", PROTO]
        elif self._reflection_token:
            command += ["--reflect-header", f"@{self._header(self._reflection_token)}"]
        return [*command, f"http://{self._address}/usher.v1.{method}"]

    def _header(self, token):
        """A file with the token's header, as command lines can be seen by all."""
        path = pathlib.Path(self._directory.name, hashlib.sha256(token.encode()).hexdigest())
        if not path.exists():
            path.write_text(f"authorization: Bearer {token}\n", encoding="ascii")
        return path
