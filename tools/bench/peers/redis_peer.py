"""Redis: a script that checks and sets for each login, by redis-benchmark.

redis_login.lua reads the agent's license, gives the session a number, writes both and an entry of
the journal, which is a stream. With `appendfsync always` Redis answers when what it has done since
the last turn of its loop is in its file and synced.
"""

import contextlib
import csv
import pathlib
import time

import server

HERE = pathlib.Path(__file__).resolve().parent
LICENSE_SECONDS = 365 * 86400
# redis-benchmark wants a number of calls; how fast it goes is found out by so many.
WARM_UP_CALLS = 5000
# It gives each occurrence of this a random number of twelve digits.
RANDOM = "__rand_int__"


class RedisPeer:
    """Keeps its data from round to round."""

    PROGRAMS = {"redis-server": "redis-server", "redis-cli": "redis-tools",
                "redis-benchmark": "redis-tools"}
    SERIES = ("redis",)

    def __init__(self, directory, load, _):
        self._load = load
        self._directory = server.make_directory(directory)
        self._port = server.free_ports(1)[0]
        self._at = ["-h", "127.0.0.1", "-p", str(self._port)]

    def version(self):
        said = server.call(["redis-server", "--version"]).split()
        return "Redis " + next(word[2:] for word in said if word.startswith("v="))

    def prepare(self):
        with self.serve():
            self._say("EVAL", (HERE / "redis_agents.lua").read_text("utf-8"), 0,
                      self._load.agents, int(time.time()) + LICENSE_SECONDS)

    @contextlib.contextmanager
    def serve(self):
        # No snapshots beside the log.
        words = ["redis-server", "--bind", "127.0.0.1", "--port", self._port,
                 "--dir", self._directory, "--appendonly", "yes", "--appendfsync", "always",
                 "--save", ""]
        with server.Server("redis-server", words, self._directory / "log", self._is_ready):
            yield

    def measure(self, _):
        for name, value in (("appendonly", "yes"), ("appendfsync", "always")):
            if self._say("CONFIG", "GET", name).split() != [name, value]:
                raise server.Failure(f"Redis does not have {name} {value}")
        sha = self._say("SCRIPT", "LOAD", (HERE / "redis_login.lua").read_text("utf-8"))
        rate = self._benchmark(sha, WARM_UP_CALLS).rate_per_second
        return self._benchmark(sha, max(WARM_UP_CALLS, int(rate * self._load.seconds)))

    def _benchmark(self, sha, calls):
        before = self._counts()
        threads = self._load.client_threads
        out = server.call(["redis-benchmark", *self._at, "-c", self._load.in_flight, "-n", calls,
                           "-r", self._load.agents,
                           *(["--threads", threads] if threads > 1 else []), "--csv",
                           "EVALSHA", sha, 3, f"license:{RANDOM}", "sessions", "journal",
                           f"00000000-0000-4000-8000-{RANDOM}"], self._load.seconds)
        grown = [after - count for after, count in zip(self._counts(), before)]
        if grown != [calls, calls]:
            raise server.Failure(f"{calls} logins were answered, but Redis has {grown[0]} sessions "
                                 f"and {grown[1]} entries in its journal more")
        row = next(csv.DictReader(out.splitlines()))
        return server.Figures(float(row["rps"]), float(row["p50_latency_ms"]) * 1000,
                              float(row["p99_latency_ms"]) * 1000)

    def _counts(self):
        """Sessions given, and entries of the journal."""
        return int(self._say("GET", "sessions") or 0), int(self._say("XLEN", "journal"))

    def _say(self, *words):
        return server.call(["redis-cli", *self._at, "-e", *words]).strip()

    def _is_ready(self):
        try:
            return self._say("PING") == "PONG"
        except server.Failure:
            return False
