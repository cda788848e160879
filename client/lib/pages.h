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

// A method of Client that lists.
template <typename Request, typename Response>
using ListMethod = Result<Response> (Client::*)(const Request&, const CallOptions&) const;

// Gives `take` page after page, to the end of the list or its first `limit` elements. The last one
// has a next_page_token where the limit cut the list short. An error on any page ends it.
template <typename Request, typename Response, typename Take>
std::optional<Error> ForEachPage(const Client& client, ListMethod<Request, Response> list,
                                 Request request, std::optional<int64_t> limit, const Take& take) {
  int64_t taken = 0;
  while (true) {
    const int64_t wanted = limit.has_value() ? *limit - taken : kPageSizeMax;
    request.set_page_size(static_cast<int32_t>(std::min(wanted, kPageSizeMax)));
    const Result<Response> page = (client.*list)(request, CallOptions());
    if (!page.ok()) return page.error();
    take(*page);
    taken += CountElements(*page);
    if (page->next_page_token().empty()) return std::nullopt;
    if (limit.has_value() && taken >= *limit) return std::nullopt;
    request.set_page_token(page->next_page_token());
  }
}

// All elements of the list, or its first `limit`, in one answer. Its next_page_token is empty
// unless the limit cut the list short. An error on any page is the error of the whole.
template <typename Request, typename Response>
Result<Response> FetchAll(const Client& client, ListMethod<Request, Response> list, Request request,
                          std::optional<int64_t> limit) {
  Response all;
  const std::optional<Error> error =
      ForEachPage(client, list, std::move(request), limit, [&all](const Response& page) {
        all.clear_next_page_token();
        all.MergeFrom(page);
      });
  if (error.has_value()) return *error;
  return all;
}

}  // namespace usher::client
