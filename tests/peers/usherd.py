"""A server of its own: usherd on a free loopback port and a temporary directory."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile
import time

from peer import Failure

SERVES_ON = re.compile(r"serves on (?P<address>\S+),")
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30
POLL_SECONDS = 0.05


class Usherd:
    """Serves on entering; ends, and its data with it, on leaving."""

    def __init__(self, bin_dir):
        self._program = os.path.join(bin_dir, "usherd")
        self._directory = tempfile.TemporaryDirectory(prefix="usher-peers-")
        self._log = pathlib.Path(self._directory.name, "usherd.log")
        self._data = pathlib.Path(self._directory.name, "data")
        self._process = None
        self.address = None

    def __enter__(self):
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._directory.cleanup()

    @property
    def operator_token(self):
        return (self._data / "operator.token").read_text(encoding="ascii").strip()

    def restart(self):
        """Stops as an administrator does, and serves the same data, at another port."""
        self._process.send_signal(signal.SIGTERM)
        if self._process.wait(STOP_SECONDS_MAX) != 0:
            raise Failure(f"usherd ended with {self._process.returncode}\n{self._said()}")
        self._start()

    def _said(self):
        return self._log.read_text(encoding="utf-8")

    def _start(self):
        with open(self._log, "w", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                [self._program, "--data-dir", str(self._data), "--listen", "127.0.0.1:0",
                 "--http", "off"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self._process.poll() is None:
            found = SERVES_ON.search(self._said())
            if found:
                self.address = found["address"]
                return
            time.sleep(POLL_SECONDS)
        raise Failure(f"usherd doesn't serve\n{self._said()}")
