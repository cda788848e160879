"""The story that every peer plays: an account's first day, and its journal."""

import datetime

from peer import Failure, Refused, check

ACCOUNT = "accounts/acme"
APPLICATION = f"{ACCOUNT}/applications/support"
TRIAL_LICENSES = 3
PACKAGE_CENTS = 12000
# The token of who logs agents in.
DESK = "Berlin desks"
PAGE_SIZE = 4


class Story:
    """Of an Usherd, the operator's token, and what makes a Peer of an address."""

    def __init__(self, server, token, connect):
        self._server = server
        self._connect = connect
        self._token = token
        self._desk_token = None
        self._peer = None
        self._resume_token = None

    def play(self):
        with self._connect(self._server.address) as self._peer:
            self._open_the_account()
            self._be_refused()
            self._order()
            self._read_the_journal()
            self._watch_from_the_beginning()
            self._resume()
            self._watch_some()
            self._be_refused_a_watch()
        self._server.restart()
        with self._connect(self._server.address) as self._peer:
            self._resume_after_a_restart()

    # -- Chapters

    def _open_the_account(self):
        self._refused("a call without a token", "UNAUTHENTICATED", "INVALID_CREDENTIAL",
                      "AccountService/CreateAccount", {"accountId": "acme"}, token=None)
        account = self._call("AccountService/CreateAccount",
                             {"accountId": "acme", "timeZone": "Europe/Berlin"})["account"]
        check("the operator's token creates an account", account["name"] == ACCOUNT, account)
        application = self._call("AccountService/CreateApplication",
                                 {"account": ACCOUNT, "applicationId": "support"})["application"]
        check("and an application in it", application["name"] == APPLICATION, application)
        self._refused("the same account again", "ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS",
                      "AccountService/CreateAccount", {"accountId": "acme"}, resource=ACCOUNT)
        made = self._call("AdminService/CreateToken",
                          {"displayName": DESK, "role": "ROLE_AGENT", "account": ACCOUNT})
        self._desk_token = made["secret"]
        who = self._peer.call("AdminService/WhoAmI", {}, self._desk_token)
        check("a token for agents is made, and opens", who["token"]["displayName"] == DESK, who)

    def _be_refused(self):
        self._refused("a login whose email is none", "INVALID_ARGUMENT", "INVALID_FIELD",
                      "AgentService/StartSession",
                      {"application": APPLICATION, "email": "ann", "channel": "CHANNEL_WEB",
                       "clientId": "desk"}, field="email")
        for name in ("ann", "ben", "cara"):
            session = self._login(name)["session"]
            check(f"{name} logs in", session["state"] == "SESSION_STATE_ACTIVE", session)
        self._refused("a fourth agent's login", "RESOURCE_EXHAUSTED", "NO_IDLE_LICENSE",
                      "AgentService/StartSession", self._login_of("dan"),
                      kind="AGENT", total=str(TRIAL_LICENSES), held="3", inUse="3", resetsLeft="4")
        self._refused("an order with the token for agents", "PERMISSION_DENIED", "ROLE_FORBIDS",
                      "OrderService/CreateOrder", {"application": APPLICATION},
                      token=self._desk_token, role="AGENT",
                      method="usher.v1.OrderService/CreateOrder")

    def _order(self):
        request = {"application": APPLICATION, "requestId": "order-1",
                   "items": [{"product": "standard-agent-package", "quantity": "1"}]}
        order = self._call("OrderService/CreateOrder", request)["order"]
        check("a package is ordered", order["totalCents"] == str(PACKAGE_CENTS), order)
        again = self._call("OrderService/CreateOrder", request)["order"]
        check("the same request again is the same order", again == order, again)
        check("and dan logs in", self._login("dan")["newlyBound"] is True, "no license bound")

    def _read_the_journal(self):
        events = self._list(parent=ACCOUNT)
        revisions = [int(event["revision"]) for event in events]
        check(f"the journal lists its {len(events)} events, newest first, by pages",
              len(events) > PAGE_SIZE and revisions == sorted(set(revisions), reverse=True),
              revisions)
        check("the newest is dan's login, by the token for agents",
              events[0].get("sessionStarted", {}).get("email") == "dan@example.com"
              and events[0]["actor"] == DESK, events[0])
        check("the oldest is the account's creation", "accountChanged" in events[-1], events[-1])
        orders = self._list(parent=ACCOUNT, types=["order_placed"])
        check("the order's event has the request_id",
              [event["requestId"] for event in orders] == ["order-1"], orders)
        self._expect_filtered("by application", events,
                              lambda event: event.get("application") == APPLICATION,
                              parent=APPLICATION)
        self._expect_filtered("by types", events,
                              lambda event: "sessionStarted" in event or "licenseBound" in event,
                              parent=ACCOUNT, types=["session_started", "license_bound"])
        self._expect_filtered("by email", events, lambda event: "ben@example.com" in str(event),
                              parent=ACCOUNT, email="ben@example.com")
        self._expect_filtered("by actor", events, lambda event: event["actor"] == DESK,
                              parent=ACCOUNT, actor=DESK)
        middle = orders[0]["recordTime"]
        self._expect_filtered("from a time on", events,
                              lambda event: time_of(event["recordTime"]) >= time_of(middle),
                              parent=ACCOUNT, startTime=middle)
        self._expect_filtered("up to a time", events,
                              lambda event: time_of(event["recordTime"]) < time_of(middle),
                              parent=ACCOUNT, endTime=middle)

    def _watch_from_the_beginning(self):
        listed = self._list(parent=ACCOUNT)
        with self._watch(parent=ACCOUNT, fromOldest=True) as watch:
            watched = watch.take(len(listed))
            check("a watch from the oldest event tells what the journal lists, oldest first",
                  watched == listed[::-1], watched)
            self._resume_token = watch.resume_token

    def _resume(self):
        last = self._last_revision()
        self._call("AgentService/EndSession", {"application": APPLICATION, "sessionId": "1"})
        self._login("eve")
        self._call("AccountService/UpdateAccount", {"name": ACCOUNT, "displayName": "Acme"})
        missed = self._since(last)
        with self._watch(parent=ACCOUNT, resumeToken=self._resume_token) as watch:
            check("the watch, resumed, tells what happened meanwhile, and just that",
                  len(missed) >= 3 and watch.take(len(missed)) == missed, missed)
            last = self._last_revision()
            self._login("fay")
            live = self._since(last)
            check("and goes on with what happens now", watch.take(len(live)) == live, live)
            self._resume_token = watch.resume_token

    def _watch_some(self):
        bound = self._list(parent=APPLICATION, types=["license_bound"])
        with self._watch(parent=APPLICATION, types=["license_bound"], fromOldest=True) as watch:
            check("a watch of one type tells that alone", watch.take(len(bound)) == bound[::-1],
                  bound)

    def _be_refused_a_watch(self):
        for what, token, code, reason in (
                ("a watch without a token", None, "UNAUTHENTICATED", "INVALID_CREDENTIAL"),
                ("a watch of an account that is not there", self._token, "NOT_FOUND",
                 "RESOURCE_NOT_FOUND")):
            try:
                with self._peer.watch({"parent": "accounts/nobody"}, token) as watch:
                    answer = watch.next_answer()
            except Refused as refused:
                check(f"{what} is refused: {reason}",
                      (refused.code, refused.reason, refused.domain) == (code, reason, "usher"),
                      refused)
            else:
                raise Failure(f"{what} is answered: {answer}")

    def _resume_after_a_restart(self):
        last = self._last_revision()
        self._login("ann")
        missed = self._since(last)
        with self._watch(parent=ACCOUNT, resumeToken=self._resume_token) as watch:
            check("a restart of the server loses and repeats nothing",
                  len(missed) > 0 and watch.take(len(missed)) == missed, missed)

    # -- What they are told with

    def _call(self, method, request):
        return self._peer.call(method, request, self._token)

    def _watch(self, **request):
        return self._peer.watch(request, self._token)

    @staticmethod
    def _login_of(name):
        return {"application": APPLICATION, "email": f"{name}@example.com",
                "channel": "CHANNEL_WEB", "clientId": f"desk-{name}", "ttl": "3600s"}

    def _login(self, name):
        return self._peer.call("AgentService/StartSession", self._login_of(name),
                               self._desk_token)

    def _refused(self, what, code, reason, method, request, /, token="", **metadata):
        """Checks a refusal by its code and its ErrorInfo, of whose metadata only some."""
        try:
            answer = self._peer.call(method, request, self._token if token == "" else token)
        except Refused as refused:
            told = {key: refused.metadata.get(key) for key in metadata}
            check(f"{what} is refused: {reason} {metadata if metadata else ''}".rstrip(),
                  (refused.code, refused.reason, refused.domain) == (code, reason, "usher")
                  and told == metadata, refused)
        else:
            raise Failure(f"{what} is answered: {answer}")

    def _list(self, **request):
        """All events of a list, read by pages."""
        events, page_token = [], ""
        while True:
            page = self._call("EventService/ListEvents",
                              {**request, "pageSize": PAGE_SIZE, "pageToken": page_token})
            events += page.get("events", [])
            page_token = page.get("nextPageToken", "")
            if not page_token:
                return events

    def _expect_filtered(self, how, events, belongs, **request):
        expected = [event for event in events if belongs(event)]
        found = self._list(**request)
        check(f"filtered {how}, it lists {len(expected)} of them",
              len(expected) > 0 and found == expected, found)

    def _last_revision(self):
        newest = self._call("EventService/ListEvents", {"parent": ACCOUNT, "pageSize": 1})
        return int(newest["events"][0]["revision"])

    def _since(self, revision):
        """What the journal lists behind a revision, oldest first."""
        return [event for event in self._list(parent=ACCOUNT)[::-1]
                if int(event["revision"]) > revision]


def time_of(text):
    return datetime.datetime.fromisoformat(text)
