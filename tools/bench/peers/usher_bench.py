"""Usher itself: a round of usher-bench, with the echo beside the login."""

import json

import server


class UsherBench:
    """Each round has a server and data of its own."""

    SERIES = ("login", "echo", "fdatasync")

    def __init__(self, directory, load, bin_dir):
        self._load = load
        self._program = bin_dir / "usher-bench"
        self._directory = directory
        directory.mkdir()

    def measure(self):
        """The figures of each series."""
        load = self._load
        report = self._directory / "report.json"
        server.call([self._program, "--workloads", "echo,login", "--in-flight", load.in_flight,
                     "--rounds", 1, "--seconds", load.seconds, "--agents", load.agents,
                     "--client-threads", load.client_threads, "--dir", self._directory,
                     "--json", report], 2 * load.seconds)
        level = json.loads(report.read_text("utf-8"))["levels"][0]
        return {series["name"]: server.Figures(series["rate_per_second"]["median"],
                                               series["latency"]["p50"], series["latency"]["p99"])
                for series in level["series"] if series["name"] in self.SERIES}
