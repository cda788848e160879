"""What the rounds say together: medians, their spread, and Usher's login by each peer's."""

import os
import platform
import statistics

# How many times as many logins Usher is to do.
TARGETS = {"etcd": 3.5, "postgresql": 4.0, "postgresql-hot": 15.0, "redis": 1.1}
USHER = "login"
DISK = "fdatasync"
ANCHORS = ("echo", DISK)
# A disk whose rate differs by more over the rounds was not the same disk for all.
DISK_SPREAD_MAX = 1.5
WHAT = {
    "login": "Usher: a takeover of a session, journalled",
    "echo": "an RPC of that size on Usher's server, without work",
    "fdatasync": "4 KiB written and synced, one at a time",
    "etcd": "compare-and-put of the agent's key",
    "postgresql": "transaction that locks the agent's license",
    "postgresql-hot": "the same, with the one account locked, too",
    "postgresql-function": "the former as one call of a function",
    "redis": "script that checks and sets, appendfsync always",
}


class Report:
    """Collects the rounds; figures with the same position were measured close to each other."""

    def __init__(self, load, rounds, versions):
        self._load = load
        self._rounds = rounds
        self._versions = versions
        self._series = {}

    def add(self, name, figures):
        self._series.setdefault(name, []).append(figures)

    def to_json(self):
        """All of it, for programs."""
        series = {name: {"rates_per_second": [each.rate_per_second for each in rounds],
                         "p50s_us": [each.p50_us for each in rounds],
                         "p99s_us": [each.p99_us for each in rounds]}
                  for name, rounds in self._series.items()}
        ratios = {name: {"per_round": self._ratios(name), **_spread(self._ratios(name)),
                         "target": TARGETS.get(name)} for name in self._peers()}
        return {"in_flight": self._load.in_flight, "rounds": self._rounds,
                "round_seconds": self._load.seconds, "agents": self._load.agents,
                "client_threads": self._load.client_threads, "cores": os.cpu_count(),
                "kernel": platform.release(), "versions": self._versions, "series": series,
                "login_by_peer": ratios}

    def to_text(self):
        """A table, for people."""
        load = self._load
        lines = [f"{load.in_flight} in flight, {self._rounds} rounds of {load.seconds:g} s each, "
                 f"{load.agents} agents; {', '.join(self._versions)}.",
                 f"Linux {platform.release()}, {os.cpu_count()} cores, clients and servers on them; "
                 "one server at a time.", "",
                 f"{'':22}{'calls/s':>9}{'over the rounds':>20}{'p50 ms':>9}{'p99 ms':>9}"
                 f"   login by it (rounds)     target"]
        order = [USHER, *ANCHORS, *self._peers()]
        lines += [self._row(name) for name in order if name in self._series]
        disk = _spread([each.rate_per_second for each in self._series[DISK]])
        if disk["high"] > disk["low"] * DISK_SPREAD_MAX:
            lines += ["", f"The disk was {disk['high'] / disk['low']:.1f} times as fast in one round "
                      "as in another, so the ratios tell little. Measure again."]
        lines += [""] + [f"  {name:22}{WHAT[name]}" for name in order if name in self._series]
        return "\n".join(lines)

    def _peers(self):
        return [name for name in self._series if name != USHER and name not in ANCHORS]

    def _ratios(self, name):
        return [ours.rate_per_second / theirs.rate_per_second
                for ours, theirs in zip(self._series[USHER], self._series[name])]

    def _row(self, name):
        rounds = self._series[name]
        rate = _spread([each.rate_per_second for each in rounds])
        spread = f"{rate['low']:,.0f} - {rate['high']:,.0f}"
        row = f"  {name:20}{rate['median']:>9,.0f}{spread:>20}"
        for figures in ([each.p50_us for each in rounds], [each.p99_us for each in rounds]):
            row += f"{statistics.median(figures) / 1000:>9.2f}"
        if name not in self._peers():
            return row
        ratio = _spread(self._ratios(name))
        row += f"{ratio['median']:>8.2f}  ({ratio['low']:.2f} - {ratio['high']:.2f})".ljust(27)
        if name not in TARGETS:
            return row.rstrip()
        reached = "reached" if ratio["median"] >= TARGETS[name] else "missed"
        return f"{row}{TARGETS[name]:>5.1f}, {reached}"


def _spread(values):
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
