// What the tests of the wire layer share: requests from text, commands and refusals from results.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "entitlement/command.h"
#include "entitlement/refusal.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "rpc/command_from_proto.h"

namespace usher::rpc::testing {

inline constexpr char kSupport[] = "accounts/acme/applications/support";

// A message from protobuf's text format.
template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

// The same for the application acme/support.
template <typename Message>
Message ParseInSupport(const std::string& text) {
  return Parse<Message>("application: '" + std::string(kSupport) + "' " + text);
}

// The payload of the command that the request is read as, and where it goes.
template <typename Payload, typename Request>
Payload Read(const Request& request, entitlement::Target* target = nullptr) {
  CommandOr result = CommandFrom(request);
  if (auto* refusal = std::get_if<entitlement::Refusal>(&result)) {
    const auto* invalid = std::get_if<entitlement::InvalidField>(refusal);
    ADD_FAILURE() << "refused: " << (invalid != nullptr ? invalid->field : "not a field");
    return Payload();
  }
  auto& command = std::get<entitlement::Command>(result);
  if (target != nullptr) *target = command.target;
  return std::get<Payload>(std::move(command.payload));
}

// The path of the field that the request is refused for; "" where it is not.
template <typename Request>
std::string RefusedField(const Request& request) {
  const CommandOr result = CommandFrom(request);
  const auto* refusal = std::get_if<entitlement::Refusal>(&result);
  if (refusal == nullptr) return "";
  const auto* invalid = std::get_if<entitlement::InvalidField>(refusal);
  if (invalid == nullptr) return "(not a field)";
  EXPECT_FALSE(invalid->description.empty());
  return invalid->field;
}

// One malformed field of an otherwise good request.
template <typename Request>
struct Spoilt {
  std::string field;
  std::function<void(Request&)> spoil;
};

template <typename Request>
void ExpectEachRefused(const Request& good, const std::vector<Spoilt<Request>>& rows) {
  EXPECT_EQ(RefusedField(good), "");
  for (size_t i = 0; i < rows.size(); ++i) {
    Request request = good;
    rows[i].spoil(request);
    EXPECT_EQ(RefusedField(request), rows[i].field) << "row " << i;
  }
}

}  // namespace usher::rpc::testing
