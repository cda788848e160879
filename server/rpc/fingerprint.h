// Fingerprints: short names for what a request says. The same after a restart and for clients of
// any language. Pure functions, any thread.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace usher::rpc {

// The SHA-256 of the request's type, which names the method, and its fields without those named in
// `except`. Fields that this server does not know are passed over: they change nothing that it
// does, so two requests that differ in them only are the same (R28).
std::string Fingerprint(const google::protobuf::Message& request,
                        std::initializer_list<std::string_view> except);

}  // namespace usher::rpc
