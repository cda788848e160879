"""The stage of the demo: a server in a directory of its own, and `usher` to talk to it.

Prints what it runs, so that the tour is what really happened: a command as it was typed, then its
output. A command whose outcome is not the expected one ends the demo with a Failure.
"""

import itertools
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time

ANY_FREE_PORT = "127.0.0.1:0"
SERVES_ON = re.compile(r"serves on (?P<address>\S+),")
WIDTH = 100
INDENT = "  "
# What `usher` says rather than lists.
SENTENCES = ("usher: ", "hint: ")
# Keeps a name and its number on one line.
NO_BREAK = "\N{NO-BREAK SPACE}"
FOLD_AFTER_LINES = 2
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 20
COMMAND_SECONDS_MAX = 30
READY_POLL_SECONDS = 0.05


class Failure(Exception):
    """A step did not go as the tour says it does."""


def check(claim, holds, found):
    """Ends the demo unless the claim holds; `found` is what there was instead."""
    if not holds:
        raise Failure(f"Expected: {claim}\nFound: {found}")


class Stage:
    """Starts the server on entering, stops it and removes its data on leaving."""

    def __init__(self, bin_dir):
        self._usherd = os.path.join(bin_dir, "usherd")
        self._usher = os.path.join(bin_dir, "usher")
        for program in (self._usherd, self._usher):
            if not os.access(program, os.X_OK):
                raise Failure(f"{program} is not there; tools/run --demo builds it.")
        self._styled = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._server = None
        # HOST:PORT; known once the server has taken a free port.
        self.address = None
        # The operator's, which the server leaves in its data directory at its first start.
        self._token = None

    def __enter__(self):
        self._directory = tempfile.mkdtemp(prefix="usher-demo-")
        self._log = open(os.path.join(self._directory, "usherd.log"), "a+", encoding="utf-8")
        try:
            self.start_server()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, error, *_):
        try:
            self.stop_server()
        except Failure:
            # What went wrong first is what has to be told.
            if error is None:
                raise
        finally:
            self._log.close()
            shutil.rmtree(self._directory, ignore_errors=True)

    # -- The server

    def start_server(self):
        """On a free port; the second time, on the same one again."""
        read_from = self._log.seek(0, os.SEEK_END)
        self._server = subprocess.Popen(
            [self._usherd, "--data-dir", os.path.join(self._directory, "data"),
             "--listen", self.address or ANY_FREE_PORT, "--http", "off"],
            stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
            # Ctrl-C is for the demo, which then stops the server.
            start_new_session=True)
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            ended = self._server.poll()
            self._log.seek(read_from)
            log = self._log.read()
            serves = SERVES_ON.search(log)
            if serves:
                self.address = serves["address"]
                with open(os.path.join(self._directory, "data", "operator.token"),
                          encoding="utf-8") as file:
                    self._token = file.read().strip()
                return
            if ended is not None:
                raise Failure(f"usherd ended with exit code {ended}. It says:\n{log}")
            if time.monotonic() > deadline:
                raise Failure(f"usherd does not serve yet. It says:\n{log}")
            time.sleep(READY_POLL_SECONDS)

    def stop_server(self):
        server, self._server = self._server, None
        if server is None:
            return
        server.send_signal(signal.SIGTERM)
        try:
            status = server.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
            raise Failure(f"usherd did not stop within {STOP_SECONDS_MAX} s.") from None
        check("usherd ends with exit code 0 on SIGTERM", status == 0, f"exit code {status}")

    # -- The client

    def run(self, *arguments, exit_code=0, says=(), fold=()):
        """Runs `usher` before the audience; its output must have each text of `says` in it.

        Of lines in a row that share a text of `fold` only the first ones are shown.
        """
        self.show_command(*arguments)
        result = self._call(*arguments)
        output = result.stdout.rstrip("\n")
        self.show(_folded(output, fold))
        print()
        command = shlex.join(("usher", *arguments))
        check(f"'{command}' ends with exit code {exit_code}", result.returncode == exit_code,
              f"exit code {result.returncode}")
        for text in says:
            check(f"'{command}' says '{text}'", text in output, "the output above")

    def ask(self, *arguments):
        """What `usher` answers as JSON, behind the curtain: to check what the tour says."""
        result = self._call(*arguments, "--output", "json", merge=False)
        check(f"'{shlex.join(('usher', *arguments))}' works", result.returncode == 0,
              result.stderr)
        return json.loads(result.stdout)

    def _call(self, *arguments, merge=True):
        try:
            return subprocess.run(
                [self._usher, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merge else subprocess.PIPE, text=True, check=False,
                encoding="utf-8", timeout=COMMAND_SECONDS_MAX,
                # Contexts of whoever plays it stay out of it.
                env={**os.environ, "USHER_SERVER": self.address, "USHER_TOKEN": self._token,
                     "USHER_CONTEXT": "", "XDG_CONFIG_HOME": self._directory})
        except subprocess.TimeoutExpired:
            raise Failure(f"'{shlex.join(('usher', *arguments))}' did not end within "
                          f"{COMMAND_SECONDS_MAX} s.") from None

    # -- Telling

    def title(self, text):
        print(self._bold(text))
        print("=" * len(text))
        print()

    def chapter(self, text):
        print(self._bold(text))
        print("-" * len(text))

    def say(self, text):
        print(textwrap.fill(" ".join(text.split()), WIDTH))
        print()

    def show(self, text):
        """Indented; sentences are wrapped, and tables left as they are."""
        for line in text.splitlines():
            if line.startswith(SENTENCES):
                line = textwrap.fill(line, WIDTH - len(INDENT), subsequent_indent=INDENT * 2)
            print(textwrap.indent(line, INDENT).rstrip())

    def show_command(self, *arguments):
        """As it is typed; a long one on several lines."""
        lines = ["$ usher"]
        for word in map(shlex.quote, arguments):
            if len(INDENT + lines[-1] + " " + word + " \\") <= WIDTH:
                lines[-1] += " " + word
            else:
                lines.append(INDENT * 2 + word)
        self.show("\n".join(self._bold(line) for line in _continued(lines)))

    def show_team(self, team, seats):
        """The seats of a team: who got which license."""
        entries = [f"{name} {license_id}".replace(" ", NO_BREAK) for name, license_id in seats]
        filled = textwrap.fill(", ".join(entries), WIDTH, initial_indent=f"{INDENT}{team:<11}",
                               subsequent_indent=INDENT + " " * 11)
        print(filled.replace(NO_BREAK, " "))

    def _bold(self, text):
        return f"\033[1m{text}\033[0m" if self._styled else text


def _continued(lines):
    return [line + " \\" for line in lines[:-1]] + lines[-1:]


def _folded(text, markers):
    def marker_in(line):
        return next((marker for marker in markers if marker in line), None)

    lines = []
    for marker, group in itertools.groupby(text.splitlines(), marker_in):
        group = list(group)
        if marker and len(group) > FOLD_AFTER_LINES + 1:
            more = len(group) - FOLD_AFTER_LINES
            group = group[:FOLD_AFTER_LINES] + [f"… {more} more lines with '{marker}'"]
        lines.extend(group)
    return "\n".join(lines)
