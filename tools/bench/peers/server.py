"""A server of a Debian package, on loopback and in a directory of its own, for a short while.

PostgreSQL refuses to run as root; so do the others here: as root, everything that serves runs as
`nobody`. A server is stopped by the id of its process, and the kernel ends it where this process
is gone before that, however it went.
"""

import dataclasses
import os
import pathlib
import pwd
import signal
import socket
import subprocess
import time

START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 30
POLL_SECONDS = 0.02
LOG_LINES_SHOWN = 15
# What programs here take beyond what they were asked to measure.
CALL_SECONDS_MAX = 60
SERVING_USER = "nobody"


class Failure(Exception):
    """Why there is no measurement, in words for a person."""


@dataclasses.dataclass(frozen=True)
class Load:
    """What every server is asked for."""
    in_flight: int
    seconds: float
    agents: int
    client_threads: int
    # Not recorded, before that; usher-bench's.
    warm_up_seconds: float = 0.2


@dataclasses.dataclass(frozen=True)
class Figures:
    """One round of one operation."""
    rate_per_second: float
    p50_us: float
    p99_us: float


def free_ports(count):
    """Loopback ports that nobody listens on at the moment."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def serving_words():
    """Words that let what follows them run as a user that every server accepts, while we live."""
    words = ["setpriv", "--pdeathsig=KILL"]
    if os.geteuid() == 0:
        user = pwd.getpwnam(SERVING_USER)
        words += [f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    return words


def make_directory(path):
    """Makes a directory for who serves, and sees that it can be reached."""
    path.mkdir(mode=0o700)
    if os.geteuid() == 0:
        user = pwd.getpwnam(SERVING_USER)
        os.chown(path, user.pw_uid, user.pw_gid)
        reached = subprocess.run([*serving_words(), "test", "-w", path], check=False)
        if reached.returncode != 0:
            raise Failure(f"{SERVING_USER}, as whom the servers run, cannot write to {path}; "
                          "say another --dir")
    return path


def call(words, seconds=0, **options):
    """What a program prints. It has CALL_SECONDS_MAX and `seconds`; a Failure where it fails."""
    words = [str(word) for word in words]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, **options) as process:
        try:
            out, err = process.communicate(timeout=CALL_SECONDS_MAX + seconds)
        except BaseException as why:
            end(process)
            if isinstance(why, subprocess.TimeoutExpired):
                raise Failure(f"{words[0]} did not end in time") from None
            raise
    if process.returncode != 0:
        said = (err.strip() or out.strip() or "it said nothing").splitlines()
        raise Failure("\n".join([f"{os.path.basename(words[0])} {ending(process)}:",
                                 *said[-LOG_LINES_SHOWN:]]))
    return out


def end(process, by=signal.SIGTERM):
    """Ends a process that we started; returns whether it did so by itself."""
    process.send_signal(by)
    try:
        process.wait(STOP_SECONDS_MAX)
        return True
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return False


def ending(process):
    """How it ended."""
    if process.returncode < 0:
        return f"was ended by {signal.Signals(-process.returncode).name}"
    return f"ended with {process.returncode}"


def check_syncs(name, syncs, calls, in_flight):
    """That answers waited for the disk: one sync is good for the calls that were in flight then."""
    if syncs * in_flight < calls:
        raise Failure(f"{name} gave {calls} answers with {syncs} syncs of its log: with {in_flight} "
                      "in flight they cannot all have been durable")


class Server:
    """Serves from entering to leaving; `is_ready` is asked until it says so."""

    def __init__(self, name, words, log, is_ready, stop_signal=signal.SIGTERM):
        self._name = name
        self._words = [*serving_words(), *map(str, words)]
        self._log = pathlib.Path(log)
        self._is_ready = is_ready
        self._stop_signal = stop_signal
        self._process = None

    def __enter__(self):
        with open(self._log, "w", encoding="utf-8") as log:
            # In a session of its own, so that Ctrl-C is left to us.
            self._process = subprocess.Popen(self._words, stdin=subprocess.DEVNULL, stdout=log,
                                             stderr=log, start_new_session=True,
                                             cwd=self._log.parent)
        try:
            self._wait_until_ready()
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(self, _, why, __):
        ended_before = self._process.poll() is not None
        if not ended_before and not end(self._process, self._stop_signal) and why is None:
            raise Failure(f"{self._name} did not stop in {STOP_SECONDS_MAX} s\n{self._said()}")
        if ended_before and (why is None or isinstance(why, Failure)):
            raise Failure(f"{why or 'nobody stopped it, but'}\n{self._name} "
                          f"{ending(self._process)}; its last words:\n{self._said()}") from None

    def _said(self):
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join(lines[-LOG_LINES_SHOWN:])

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS_MAX
        while self._process.poll() is None:
            if self._is_ready():
                return
            if time.monotonic() > deadline:
                raise Failure(f"{self._name} is not ready after {START_SECONDS_MAX} s; its last "
                              f"words:\n{self._said()}")
            time.sleep(POLL_SECONDS)
        raise Failure(f"{self._name} does not start")
