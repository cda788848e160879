"""The story that every peer plays: an account's first day."""

from peer import Failure, Refused, check

ACCOUNT = "accounts/acme"
APPLICATION = f"{ACCOUNT}/applications/support"
TRIAL_LICENSES = 3
PACKAGE_CENTS = 12000


class Story:
    """Of an Usherd, the operator's token, and what makes a Peer of an address."""

    def __init__(self, server, token, connect):
        self._server = server
        self._connect = connect
        self._token = token
        self._peer = None

    def play(self):
        with self._connect(self._server.address) as self._peer:
            self._open_the_account()
            self._be_refused()
            self._order()

    # -- Chapters

    def _open_the_account(self):
        self._refused("a call without a token", "UNAUTHENTICATED", "INVALID_CREDENTIAL",
                      "AccountService/CreateAccount", {"accountId": "acme"}, token=None)
        account = self._call("AccountService/CreateAccount",
                             {"accountId": "acme", "timeZone": "Europe/Berlin"})["account"]
        check("an account is created with the operator's token", account["name"] == ACCOUNT, account)
        application = self._call("AccountService/CreateApplication",
                                 {"account": ACCOUNT, "applicationId": "support"})["application"]
        check("and an application in it", application["name"] == APPLICATION, application)
        self._refused("the same account again", "ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS",
                      "AccountService/CreateAccount", {"accountId": "acme"}, resource=ACCOUNT)

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

    def _order(self):
        request = {"application": APPLICATION, "requestId": "order-1",
                   "items": [{"product": "standard-agent-package", "quantity": "1"}]}
        order = self._call("OrderService/CreateOrder", request)["order"]
        check("a package is ordered", order["totalCents"] == str(PACKAGE_CENTS), order)
        again = self._call("OrderService/CreateOrder", request)["order"]
        check("the same request again is the same order", again == order, again)
        check("and dan logs in", self._login("dan")["newlyBound"] is True, "no license bound")

    # -- What they are told with

    def _call(self, method, request):
        return self._peer.call(method, request, self._token)

    @staticmethod
    def _login_of(name):
        return {"application": APPLICATION, "email": f"{name}@example.com",
                "channel": "CHANNEL_WEB", "clientId": f"desk-{name}", "ttl": "3600s"}

    def _login(self, name):
        return self._call("AgentService/StartSession", self._login_of(name))

    def _refused(self, what, code, reason, method, request, token="", **metadata):
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
