"""Python's gRPC, with stubs that protoc has made from the protos."""

import importlib
import re
import subprocess
import sys

import grpc
from google.protobuf import json_format

from peer import CALL_SECONDS_MAX, PROTO, WATCH_SECONDS_MAX, Failure, Peer, Refused, Watch


def generate(folder):
    """Makes the modules of the protos in a folder, from where they can be imported then."""
    files = [str(path.relative_to(PROTO)) for path in sorted(PROTO.rglob("*.proto"))]
    subprocess.run(
        ["protoc", f"--proto_path={PROTO}", f"--python_out={folder}", f"--grpc_python_out={folder}",
         "--plugin=protoc-gen-grpc_python=/usr/bin/grpc_python_plugin", *files], check=True)
    sys.path.insert(0, str(folder))


def refusal_of(error):
    details = importlib.import_module("google.rpc.error_details_pb2")
    info = details.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            for detail in details.Status.FromString(value).details:
                if detail.Is(info.DESCRIPTOR):
                    detail.Unpack(info)
    return Refused(error.code().name, error.details(), json_format.MessageToDict(info))


class PythonWatch(Watch):
    def __init__(self, stream):
        super().__init__()
        self._stream = stream

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stream.cancel()

    def next_answer(self):
        try:
            return json_format.MessageToDict(next(self._stream))
        except grpc.RpcError as error:
            raise refusal_of(error) from error
        except StopIteration:
            raise Failure("the server has ended the watch") from None


class PythonPeer(Peer):
    def __init__(self, address):
        self._channel = grpc.insecure_channel(address)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._channel.close()

    def call(self, method, request, token):
        call, message = self._prepare(method, request)
        try:
            answer = call(message, timeout=CALL_SECONDS_MAX, metadata=self._metadata(token))
        except grpc.RpcError as error:
            raise refusal_of(error) from error
        return json_format.MessageToDict(answer)

    def watch(self, request, token):
        call, message = self._prepare("EventService/WatchEvents", request)
        return PythonWatch(
            call(message, timeout=WATCH_SECONDS_MAX, metadata=self._metadata(token)))

    @staticmethod
    def _metadata(token):
        return [] if token is None else [("authorization", f"Bearer {token}")]

    def _prepare(self, method, request):
        """The stub's method, and its request as a message."""
        service, name = method.split("/")
        file = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", service).lower()
        messages = importlib.import_module(f"usher.v1.{file}_pb2")
        stubs = importlib.import_module(f"usher.v1.{file}_pb2_grpc")
        stub = getattr(stubs, f"{service}Stub")(self._channel)
        message = getattr(messages, f"{name}Request")()
        return getattr(stub, name), json_format.ParseDict(request, message)
