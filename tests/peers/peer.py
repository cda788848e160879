"""What a story needs of a client, whoever wrote it: Peer, Watch, and what they answer.

Requests and answers are dictionaries in protobuf's JSON form, so 64-bit numbers are texts.
"""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROTO = ROOT / "proto"
CALL_SECONDS_MAX = 30
WATCH_SECONDS_MAX = 60


class Failure(Exception):
    """Something is not as the story says."""


def check(claim, holds, found):
    """Prints the claim where it holds and ends the story where it doesn't."""
    if not holds:
        raise Failure(f"not so: {claim}\n  found: {found}")
    print(f"  {claim}", flush=True)


class Refused(Exception):
    """The server's refusal: the status' code, and its ErrorInfo where it has one."""

    def __init__(self, code, message, info):
        super().__init__(f"{code}: {message} {info}")
        self.code = code
        self.reason = info.get("reason", "")
        self.domain = info.get("domain", "")
        self.metadata = info.get("metadata", {})


class Watch:
    """An open stream of WatchEvents; leaving it cancels it."""

    def __init__(self):
        # Of the last answer that had one.
        self.resume_token = ""

    def next_answer(self):
        """The next WatchEventsResponse; fails where none comes in time."""
        raise NotImplementedError

    def take(self, count):
        """The next `count` events, and the resume token behind the last of them. Checkpoints are
        passed over; more events than that fail."""
        events, settled = [], False
        while len(events) < count or not settled:
            answer = self.next_answer()
            events += answer.get("events", [])
            settled = "resumeToken" in answer
            if settled:
                self.resume_token = answer["resumeToken"]
        if len(events) != count:
            raise Failure(f"{count} events were to come, and these did: {events}")
        return events


class Peer:
    """A client of the server at an address, HOST:PORT."""

    def call(self, method, request, token):
        """Calls "Service/Method" with a token, or with none where it is None. Raises Refused."""
        raise NotImplementedError

    def watch(self, request, token):
        """Opens a Watch, as a context."""
        raise NotImplementedError
