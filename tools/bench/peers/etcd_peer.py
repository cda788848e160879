"""etcd: a compare-and-put for each login, by usher-bench-etcd.

The agent's key is put on condition that its mod_revision is the one of the last put, with a value
as long as an answer to a login. etcd's history of the key is its journal. etcd answers when the
entry is in its log and the log is synced, and one member is a majority of one.
"""

import contextlib
import json
import re
import urllib.error
import urllib.request

import server

HTTP_SECONDS_MAX = 5
SYNCS = re.compile(r"^etcd_disk_wal_fsync_duration_seconds_count (\d+)$", re.MULTILINE)


class EtcdPeer:
    """Keeps its data from round to round."""

    PROGRAMS = {"etcd": "etcd-server"}
    SERIES = ("etcd",)

    def __init__(self, directory, load, bin_dir):
        self._load = load
        self._program = bin_dir / "usher-bench-etcd"
        self._directory = server.make_directory(directory)
        self._client, self._member = (f"http://127.0.0.1:{port}" for port in server.free_ports(2))

    def version(self):
        return "etcd " + server.call(["etcd", "--version"]).split()[2]

    def prepare(self):
        """It makes what it needs when it starts."""

    @contextlib.contextmanager
    def serve(self):
        words = ["etcd", "--data-dir", self._directory / "data",
                 "--listen-client-urls", self._client, "--advertise-client-urls", self._client,
                 "--listen-peer-urls", self._member,
                 "--initial-advertise-peer-urls", self._member,
                 "--initial-cluster", f"default={self._member}"]
        with server.Server("etcd", words, self._directory / "log", self._is_healthy):
            yield

    def measure(self, _):
        load = self._load
        before = self._syncs()
        out = server.call([self._program, "--address", self._client.removeprefix("http://"),
                           "--in-flight", load.in_flight, "--seconds", load.seconds,
                           "--warm-up", load.warm_up_seconds, "--agents", load.agents,
                           "--client-threads", load.client_threads],
                          load.seconds)
        figures = json.loads(out)
        server.check_syncs("etcd", self._syncs() - before, figures["calls"], load.in_flight)
        return server.Figures(figures["rate_per_second"], figures["p50_us"], figures["p99_us"])

    def _get(self, path):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self._client + path, timeout=HTTP_SECONDS_MAX) as answer:
            return answer.read().decode("utf-8")

    def _is_healthy(self):
        try:
            return json.loads(self._get("/health")).get("health") == "true"
        except (OSError, ValueError):
            return False

    def _syncs(self):
        """How often it has synced its log since it started."""
        return int(SYNCS.search(self._get("/metrics"))[1])
