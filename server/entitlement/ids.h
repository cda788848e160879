// Strong names and numbers of the core: an id of one kind never passes for another.
//
// Names (`AccountId`, `PhoneId`, …) are what people and callers use; numbers (`AccountNo`,
// `LicenseId`, …) are dense, grow, are never reused and start at 1, so that 0 says "none". Plain
// values, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace usher::entitlement {

template <typename Tag>
class Number {
 public:
  constexpr Number() = default;
  constexpr explicit Number(int64_t value) : value_(value) {}

  constexpr int64_t value() const { return value_; }
  // Whether it names anything: ids start at 1.
  constexpr explicit operator bool() const { return value_ != 0; }
  constexpr Number next() const { return Number(value_ + 1); }

  friend constexpr auto operator<=>(Number, Number) = default;
  template <typename H>
  friend H AbslHashValue(H h, Number n) {
    return H::combine(std::move(h), n.value_);
  }

 private:
  int64_t value_ = 0;
};

template <typename Tag>
class Name {
 public:
  Name() = default;
  explicit Name(std::string value) : value_(std::move(value)) {}

  const std::string& value() const { return value_; }
  bool empty() const { return value_.empty(); }

  friend auto operator<=>(const Name&, const Name&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Name& n) {
    return H::combine(std::move(h), n.value_);
  }

 private:
  std::string value_;
};

// Store-wide keys of accounts and applications; never shown to callers.
using AccountNo = Number<struct AccountNoTag>;
using ApplicationNo = Number<struct ApplicationNoTag>;

// Unique within an application, in order of creation.
using LicenseId = Number<struct LicenseIdTag>;
using SubscriptionId = Number<struct SubscriptionIdTag>;
using OrderId = Number<struct OrderIdTag>;
using SessionId = Number<struct SessionIdTag>;

// Of the server, in order of creation.
using TokenId = Number<struct TokenIdTag>;

// Unique within an account, in order of creation: lots of Voice AI minutes, and calls.
using GrantId = Number<struct GrantIdTag>;
using CallNo = Number<struct CallNoTag>;

// Position in the journal of an account: strictly increasing, gaps allowed.
using Revision = Number<struct RevisionTag>;

// The last segments of `accounts/{account}` and `…/applications/{application}`.
using AccountId = Name<struct AccountIdTag>;
using ApplicationId = Name<struct ApplicationIdTag>;

using ClientId = Name<struct ClientIdTag>;
using PhoneId = Name<struct PhoneIdTag>;
// What callers name a call; unique among the live and remembered calls of an application.
using CallId = Name<struct CallIdTag>;

// An agent's email as R11 normalises it; ParseEmail (email.h) makes one from what a caller sent.
using Email = Name<struct EmailTag>;

}  // namespace usher::entitlement
