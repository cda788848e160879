// What was bought (R5–R10): an order and its lines. Plain values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "entitlement/ids.h"

namespace usher::entitlement {

inline constexpr char kCurrencyCode[] = "USD";

struct OrderItem {
  std::string product;
  int64_t quantity = 0;
  // For add-ons: the subscription to join; none leaves it to R7.
  SubscriptionId subscription;

  friend bool operator==(const OrderItem&, const OrderItem&) = default;
};

struct OrderLine {
  std::string product;
  int64_t quantity = 0;
  // Started months that are charged (R8); 1 for what is bought outright.
  int charged_months = 0;
  int64_t unit_price_cents = 0;
  int64_t amount_cents = 0;
  SubscriptionId subscription;
  absl::Time expire_time;

  friend bool operator==(const OrderLine&, const OrderLine&) = default;
};

struct Order {
  // None for a quote.
  OrderId id;
  absl::Time create_time;
  std::string actor;
  std::vector<OrderLine> lines;
  int64_t total_cents = 0;

  friend bool operator==(const Order&, const Order&) = default;
};

}  // namespace usher::entitlement
