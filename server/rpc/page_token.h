// Page tokens: where a list goes on, bound to the list and its filters.
//
// A token holds the position of the page's last element, a digest of the request without its
// page_size and page_token, and a checksum. Callers should not look inside; it keeps no secret and
// grants nothing that the request itself does not. Pure functions, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace usher::rpc {

// The token of the page behind `position` of the list that `request` asks for. URL-safe.
std::string MakePageToken(const google::protobuf::Message& request, std::string_view position);

// The position in a token that was made for such a request; nullopt where it was made for another
// list or other filters, or was made by nobody.
std::optional<std::string> PositionOf(const google::protobuf::Message& request,
                                      std::string_view token);

}  // namespace usher::rpc
