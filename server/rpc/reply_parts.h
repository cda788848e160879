// What the reply_to_*.cc share. Internal to them.
#pragma once

#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "entitlement/reply.h"
#include "rpc/page_token.h"
#include "rpc/proto_values.h"

namespace usher::rpc {

template <typename T>
const T& As(const entitlement::Reply& reply) {
  return std::get<T>(reply);
}

// A reply that was read from the store's history.
template <typename T>
const T& FromHistory(const entitlement::Reply& reply) {
  return std::get<T>(std::get<entitlement::HistoryPage>(reply));
}

template <typename Enum, typename CoreEnum>
Enum Wire(CoreEnum value) {
  return static_cast<Enum>(value);
}

// Sets the token of the next page where there is one; `position` is that of this page's last
// element.
template <typename Request, typename Response>
void WriteNext(bool more, const Request& request, const std::string& position, Response& out) {
  if (more) out.set_next_page_token(MakePageToken(request, position));
}
template <typename Request, typename Response>
void WriteNext(bool more, const Request& request, int64_t position, Response& out) {
  if (more) WriteNext(more, request, absl::StrCat(position), out);
}

}  // namespace usher::rpc
