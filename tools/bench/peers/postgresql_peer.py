"""PostgreSQL: a transaction for each login, by pgbench with prepared statements.

postgresql_login.sql and its two siblings say what a login does; postgresql_schema.sql has the
tables. fsync and synchronous_commit are on, so that COMMIT is answered when the log is synced; all
else is as PostgreSQL comes, but for the number of connections.
"""

import contextlib
import math
import os
import pathlib
import re
import signal

import server

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
# For psql and the server's own.
CONNECTIONS_BESIDE = 10
# What one takes to be made, generously.
CONNECT_SECONDS = 0.003
# Of the time to be recorded, so much must be left where connecting took longer.
RECORDED_SHARE_MIN = 0.5
MICROS = 1_000_000
DATABASE = "postgres"
ROLE = "usher"
ACTUALLY = re.compile(r"number of transactions actually processed: (\d+)")
FAILED = re.compile(r"number of failed transactions: (\d+)")


class PostgresqlPeer:
    """Keeps its data from round to round."""

    PROGRAMS = {str(BIN / "postgres"): "postgresql-15", str(BIN / "pgbench"): "postgresql-15",
                str(BIN / "psql"): "postgresql-client-15"}
    SERIES = ("postgresql", "postgresql-hot", "postgresql-function")
    SCRIPTS = {"postgresql": "postgresql_login.sql",
               "postgresql-hot": "postgresql_login_hot.sql",
               "postgresql-function": "postgresql_login_function.sql"}

    def __init__(self, directory, load, _):
        self._load = load
        self._directory = server.make_directory(directory)
        self._data = self._directory / "data"
        self._port = server.free_ports(1)[0]
        self._environment = {**os.environ, "PGHOST": "127.0.0.1", "PGPORT": str(self._port),
                             "PGUSER": ROLE, "PGDATABASE": DATABASE}

    def version(self):
        return "PostgreSQL " + server.call([BIN / "postgres", "--version"]).split()[2]

    def prepare(self):
        server.call([*server.serving_words(), BIN / "initdb", "--pgdata", self._data,
                     "--username", ROLE, "--auth=trust", "--no-locale", "--encoding=UTF8"],
                    cwd=self._directory)
        with self.serve():
            self._psql("--file", HERE / "postgresql_schema.sql",
                       "--set", f"agents={self._load.agents}")

    @contextlib.contextmanager
    def serve(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self._port,
                    "unix_socket_directories": "", "fsync": "on", "synchronous_commit": "on",
                    "max_connections": self._load.in_flight + CONNECTIONS_BESIDE}
        words = [BIN / "postgres", "-D", self._data]
        for name, value in settings.items():
            words += ["-c", f"{name}={value}"]
        # SIGINT is its fast shutdown, which does not wait for clients.
        with server.Server("postgres", words, self._directory / "log", self._is_ready,
                           stop_signal=signal.SIGINT):
            yield

    def measure(self, series):
        load = self._load
        sessions, entries, syncs = self._counts()
        logs = self._directory / "pgbench"
        # It knows whole seconds only, and connects in them; its log tells of each transaction.
        seconds = math.ceil(load.seconds + load.warm_up_seconds
                            + load.in_flight * CONNECT_SECONDS)
        out = server.call(
            [BIN / "pgbench", "--no-vacuum", "--protocol=prepared", "--client", load.in_flight,
             "--jobs", load.client_threads, "--time", seconds, "--define", f"agents={load.agents}",
             "--file", HERE / self.SCRIPTS[series], "--log", f"--log-prefix={logs}"],
            seconds, env=self._environment)
        calls = int(ACTUALLY.search(out)[1])
        sessions_now, entries_now, syncs_now = self._counts()
        grown = [sessions_now - sessions, entries_now - entries]
        if int(FAILED.search(out)[1]) != 0 or grown != [calls, calls]:
            raise server.Failure(f"{calls} logins were answered, but PostgreSQL has {grown[0]} "
                                 f"sessions and {grown[1]} entries in its journal more")
        server.check_syncs(series, syncs_now - syncs, calls, load.in_flight)
        return self._read_logs()

    def _read_logs(self):
        """Rate and percentiles of what was answered after the warm-up."""
        answers = []
        for path in self._directory.glob("pgbench.*"):
            for line in path.read_text("ascii").splitlines():
                _, _, took_us, _, seconds, micros = line.split()[:6]
                answers.append((int(seconds) * MICROS + int(micros), int(took_us)))
            path.unlink()
        wanted = self._load.seconds
        ends = [at for at, _ in answers] or [0]
        begin = min(ends) + self._load.warm_up_seconds * MICROS
        end = min(begin + wanted * MICROS, max(ends))
        seconds = (end - begin) / MICROS
        if seconds < wanted * RECORDED_SHARE_MIN:
            raise server.Failure(f"pgbench was still connecting when {wanted:g} s should have been "
                                 "measured; the machine is too busy, or --seconds too little")
        took = sorted(took for at, took in answers if begin <= at < end)
        return server.Figures(len(took) / seconds, took[len(took) // 2],
                              took[len(took) * 99 // 100])

    def _counts(self):
        """Sessions given, entries of the journal, and how often the log was synced."""
        said = self._psql("--command",
                          "SELECT (SELECT last_value FROM session_id),"
                          " (SELECT count(*) FROM journal), (SELECT wal_sync FROM pg_stat_wal)")
        return [int(count) for count in said.split("|")]

    def _psql(self, *words):
        return server.call([BIN / "psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
                            "--set", "ON_ERROR_STOP=1", *words], env=self._environment)

    def _is_ready(self):
        try:
            return self._psql("--command", "SELECT 1").strip() == "1"
        except server.Failure:
            return False
