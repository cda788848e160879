"""buf curl, that knows the API by the protos, or by asking the server for reflection."""

import base64
import hashlib
import json
import pathlib
import subprocess
import tempfile

from peer import CALL_SECONDS_MAX, PROTO, ROOT, Failure, Peer, Refused

BUF = ROOT / "tools" / "npm" / "buf"


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
        done = subprocess.run(self._command(method, request, token),
                              stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8",
                              check=False)
        if done.returncode != 0:
            raise refusal_of(done.stderr)
        return json.loads(done.stdout)

    def _command(self, method, request, token):
        command = ["timeout", str(CALL_SECONDS_MAX), BUF, "curl", "--protocol", "grpc",
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
