"""Plays the story with each peer in turn, each against a server of its own: see run."""

import pathlib
import signal
import sys
import tempfile

sys.dont_write_bytecode = True
from buf_peer import BufPeer
from peer import Failure, Refused, check
from python_peer import PythonPeer, generate
from story import Story
from usherd import Usherd


def play(title, bin_dir, connect):
    """`connect` makes a Peer of an address and the operator's token."""
    print(f"{title}:", flush=True)
    with Usherd(bin_dir) as server:
        token = server.operator_token
        Story(server, token, lambda address: connect(address, token)).play()


def check_reflection(bin_dir):
    print("buf curl, by reflection without a token:", flush=True)
    with Usherd(bin_dir) as server:
        for what, reflection_token in (("no token", ""), ("a wrong one", "usher_wrong")):
            with BufPeer(server.address, reflection_token) as peer:
                try:
                    answer = peer.call("AdminService/WhoAmI", {}, server.operator_token)
                except Failure as failure:
                    check(f"with {what} the server doesn't describe itself",
                          "AdminService" in str(failure), failure)
                else:
                    raise Failure(f"reflection with {what}: {answer}")


def main(arguments):
    bin_dir = pathlib.Path(arguments[0]).resolve()
    # What was started is ended also where the time is over.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("tests/peers: it took too long"))
    try:
        with tempfile.TemporaryDirectory(prefix="usher-peers-") as modules:
            generate(modules)
            play("Python's gRPC, with stubs made from the protos", bin_dir,
                 lambda address, _: PythonPeer(address))
        play("buf curl, by the protos", bin_dir, lambda address, _: BufPeer(address))
        play("buf curl, by reflection", bin_dir, BufPeer)
        check_reflection(bin_dir)
    except (Failure, Refused) as fault:
        print(f"tests/peers: {fault}", file=sys.stderr)
        return 1
    print("The story is the same with every peer.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
