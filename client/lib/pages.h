// Reads a list to its end, page by page.
//
//   v1::ListLicensesRequest request;
//   request.set_application("accounts/acme/applications/support");
//   Result<v1::ListLicensesResponse> all =
//       client::FetchAll(client, &Client::ListLicenses, request, /*limit=*/std::nullopt);
//
// Any thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

#include "client/lib/client.h"

namespace usher::client {

inline constexpr int64_t kPageSizeMax = 1000;

// The number of elements in the one repeated field of a list's answer.
int64_t CountElements(const google::protobuf::Message& response);

// All elements of the list, or its first `limit`, in one answer. Its next_page_token is empty
// unless the limit cut the list short. An error on any page is the error of the whole.
template <typename Request, typename Response>
Result<Response> FetchAll(const Client& client,
                          Result<Response> (Client::*list)(const Request&, const CallOptions&)
                              const,
                          Request request, std::optional<int64_t> limit) {
  Response all;
  while (true) {
    const int64_t wanted = limit.has_value() ? *limit - CountElements(all) : kPageSizeMax;
    request.set_page_size(static_cast<int32_t>(std::min(wanted, kPageSizeMax)));
    Result<Response> page = (client.*list)(request, CallOptions());
    if (!page.ok()) return page;
    all.clear_next_page_token();
    all.MergeFrom(*page);
    if (page->next_page_token().empty()) return all;
    if (limit.has_value() && CountElements(all) >= *limit) return all;
    request.set_page_token(page->next_page_token());
  }
}

}  // namespace usher::client
