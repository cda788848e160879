// Pages of history that every store answers alike: accounts, orders, resets, bindings,
// calls.
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/store.h"
#include "tests/storage/store_test_support.h"

namespace usher::storage::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::TestWithParam;
using ::testing::Values;

using namespace entitlement;  // NOLINT(google-build-using-namespace): the vocabulary of every line.

class StoreHistory : public TestWithParam<std::string> {
 protected:
  StoreHistory() : store_(GetParam()) {}

  template <typename Page>
  Page Read(const HistoryQuery& query) {
    absl::StatusOr<HistoryPage> page = store_->ReadHistory(query);
    EXPECT_TRUE(page.ok()) << page.status();
    return page.ok() ? std::get<Page>(*std::move(page)) : Page();
  }

  void Commit() { ASSERT_EQ(script_.Commit(*store_), absl::OkStatus()); }

  StoreUnderTest store_;
  Script script_ = Script::WithApplication();
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreHistory, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreHistory, AccountsArePagedInTheOrderOfTheirIds) {
  int64_t no = 1;
  for (const char* id : {"zeta", "beta", "a-1", "a"}) {
    script_.In(++no, 0).Add(AccountCreated{AccountId(id), absl::StrCat("Name of ", id), "UTC"});
  }
  script_.Add(AccountUpdated{.display_name = "Renamed",
                             .pending_zone_name = "Europe/Berlin",
                             .zone_change_time = At("2026-12-01T00:00:00Z")});
  Commit();
  const auto ids = [](const AccountsPage& page) {
    std::vector<std::string> found;
    for (const AccountView& account : page.accounts) found.push_back(account.id.value());
    return found;
  };
  const auto first = Read<AccountsPage>(AccountsQuery{.after = AccountId(), .limit = 3});
  EXPECT_THAT(ids(first), ElementsAre("a", "a-1", "acme"));
  EXPECT_TRUE(first.more);
  EXPECT_EQ(first.accounts[0].display_name, "Renamed");
  EXPECT_EQ(first.accounts[0].zone_name, "UTC");
  EXPECT_EQ(first.accounts[0].create_time, script_.now());
  EXPECT_EQ(first.accounts[0].pending_zone,
            (PendingZone{"Europe/Berlin", At("2026-12-01T00:00:00Z")}));
  EXPECT_FALSE(first.accounts[1].pending_zone.has_value());
  const auto second = Read<AccountsPage>(AccountsQuery{.after = AccountId("acme"), .limit = 2});
  EXPECT_THAT(ids(second), ElementsAre("beta", "zeta"));
  EXPECT_FALSE(second.more);
}

Order OrderOf(int64_t id, absl::Time time) {
  Order order{.id = OrderId(id), .create_time = time, .actor = "operator"};
  for (int64_t line = 1; line <= 2; ++line) {
    order.lines.push_back({.product = absl::StrCat("product-", line),
                           .quantity = 10 * line,
                           .charged_months = 3,
                           .unit_price_cents = 4000,
                           .amount_cents = 120'000 * line,
                           .subscription = SubscriptionId(id),
                           .expire_time = time + absl::Hours(24 * line)});
  }
  order.total_cents = 360'000;
  return order;
}

TEST_P(StoreHistory, OrdersArePagedNewestFirst) {
  for (int64_t id = 1; id <= 5; ++id) script_.Add(OrderPlaced{OrderOf(id, script_.now())});
  script_.In(1, 2).Add(ApplicationCreated{ApplicationId("sales"), "", std::nullopt});
  script_.Add(OrderPlaced{OrderOf(1, script_.now() + absl::Hours(1))});
  Commit();
  const auto page =
      Read<OrdersPage>(OrdersQuery{.application = ApplicationNo(1), .before = {}, .limit = 2});
  EXPECT_TRUE(page.more);
  EXPECT_TRUE(
      (page.orders == std::vector<Order>{OrderOf(5, script_.now()), OrderOf(4, script_.now())}));
  const auto last = Read<OrdersPage>(
      OrdersQuery{.application = ApplicationNo(1), .before = OrderId(4), .limit = 3});
  EXPECT_FALSE(last.more);
  EXPECT_EQ(last.orders.size(), 3U);
  EXPECT_TRUE(last.orders.back() == OrderOf(1, script_.now()));
  const auto one = Read<OrderFound>(OrderQuery{ApplicationNo(2), OrderId(1)});
  EXPECT_TRUE(one.order == OrderOf(1, script_.now() + absl::Hours(1)));
  EXPECT_FALSE(Read<OrderFound>(OrderQuery{ApplicationNo(2), OrderId(2)}).order.has_value());
}

TEST_P(StoreHistory, ResetsArePagedNewestFirst) {  // R18
  for (int used = 1; used <= 3; ++used) {
    script_.At(script_.now() + absl::Hours(1));
    script_.Add(LicensesReset{.released = {LicenseId(1), LicenseId(2)},
                              .retained = {LicenseId(3)},
                              .month = absl::CivilMonth(2026, 11),
                              .used = used,
                              .actor = "admin"});
  }
  Commit();
  const int64_t last = script_.last_revision();
  const auto page =
      Read<ResetsPage>(ResetsQuery{.application = ApplicationNo(1), .before = {}, .limit = 2});
  EXPECT_TRUE(page.more);
  const ResetRecord newest{.revision = Revision(last),
                           .reset_time = script_.now(),
                           .actor = "admin",
                           .released_count = 2,
                           .retained_count = 1};
  ASSERT_EQ(page.resets.size(), 2U);
  EXPECT_TRUE(page.resets[0] == newest);
  EXPECT_EQ(page.resets[1].revision, Revision(last - 1));
  const auto rest = Read<ResetsPage>(
      ResetsQuery{.application = ApplicationNo(1), .before = page.resets[1].revision, .limit = 2});
  EXPECT_FALSE(rest.more);
  EXPECT_EQ(rest.resets.size(), 1U);
}

// Ann holds license 1 from 9 to 11, Bob from 12 on; Ann moves from license 2 to 3 at 15.
class StoreBindings : public StoreHistory {
 protected:
  void SetUp() override {
    Bind(9, 1, "ann@acme.example");
    Release(11, 1, "ann@acme.example", ReleaseCause::kReset);
    Bind(12, 1, "bob@acme.example");
    Bind(13, 2, "ann@acme.example");
    Release(15, 2, "ann@acme.example", ReleaseCause::kMoved);
    Bind(15, 3, "ann@acme.example", 2);
    Commit();
  }

  static absl::Time Hour(int hour) { return At("2026-11-02T00:00:00Z") + absl::Hours(hour); }

  void Bind(int hour, int64_t license, const char* email, int64_t moved_from = 0) {
    script_.At(Hour(hour))
        .Add(LicenseBound{
            .id = LicenseId(license), .email = Email(email), .moved_from = LicenseId(moved_from)});
  }
  void Release(int hour, int64_t license, const char* email, ReleaseCause cause) {
    script_.At(Hour(hour))
        .Add(LicenseReleased{.id = LicenseId(license), .email = Email(email), .cause = cause});
  }

  // "license email" of each row.
  std::vector<std::string> Rows(BindingsQuery query) {
    query.application = ApplicationNo(1);
    if (query.limit == 0) query.limit = 10;
    std::vector<std::string> rows;
    for (const BindingRecord& binding : Read<BindingsPage>(query).bindings) {
      rows.push_back(
          absl::StrCat(binding.license.value(), " ", binding.email.value().substr(0, 3)));
    }
    return rows;
  }
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreBindings, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreBindings, AreListedNewestFirst) {
  EXPECT_THAT(Rows({}), ElementsAre("3 ann", "2 ann", "1 bob", "1 ann"));
}

TEST_P(StoreBindings, SayWhenAndWhyTheyEnded) {
  const auto page = Read<BindingsPage>(BindingsQuery{.application = ApplicationNo(1), .limit = 9});
  ASSERT_EQ(page.bindings.size(), 4U);
  EXPECT_FALSE(page.more);
  EXPECT_EQ(page.bindings[0].bind_time, Hour(15));
  EXPECT_FALSE(page.bindings[0].release_time.has_value());
  EXPECT_EQ(page.bindings[0].release_cause, ReleaseCause::kNone);
  EXPECT_EQ(page.bindings[1].release_time, Hour(15));
  EXPECT_EQ(page.bindings[1].release_cause, ReleaseCause::kMoved);
  EXPECT_EQ(page.bindings[3].bind_time, Hour(9));
  EXPECT_EQ(page.bindings[3].release_time, Hour(11));
  EXPECT_EQ(page.bindings[3].release_cause, ReleaseCause::kReset);
}

TEST_P(StoreBindings, AreFilteredByLicenseAndEmail) {
  EXPECT_THAT(Rows({.license = LicenseId(1)}), ElementsAre("1 bob", "1 ann"));
  EXPECT_THAT(Rows({.email = Email("ann@acme.example")}), ElementsAre("3 ann", "2 ann", "1 ann"));
  EXPECT_THAT(Rows({.license = LicenseId(1), .email = Email("ann@acme.example")}),
              ElementsAre("1 ann"));
  EXPECT_THAT(Rows({.license = LicenseId(9)}), IsEmpty());
}

TEST_P(StoreBindings, AreFilteredByWhoHeldThemThen) {
  EXPECT_THAT(Rows({.at_time = Hour(9)}), ElementsAre("1 ann"));
  EXPECT_THAT(Rows({.at_time = Hour(9) - absl::Microseconds(1)}), IsEmpty());
  EXPECT_THAT(Rows({.at_time = Hour(11)}), IsEmpty());  // half-open
  EXPECT_THAT(Rows({.at_time = Hour(14)}), ElementsAre("2 ann", "1 bob"));
  EXPECT_THAT(Rows({.at_time = Hour(15)}), ElementsAre("3 ann", "1 bob"));
  EXPECT_THAT(Rows({.license = LicenseId(1), .at_time = Hour(10)}), ElementsAre("1 ann"));
  EXPECT_THAT(Rows({.email = Email("ann@acme.example"), .at_time = Hour(14)}),
              ElementsAre("2 ann"));
}

TEST_P(StoreBindings, ArePagedUnderEveryFilter) {
  for (const BindingsQuery& filter :
       {BindingsQuery{}, BindingsQuery{.license = LicenseId(1)},
        BindingsQuery{.email = Email("ann@acme.example")}, BindingsQuery{.at_time = Hour(20)}}) {
    const std::vector<std::string> all = Rows(filter);
    std::vector<std::string> paged;
    BindingsQuery query = filter;
    query.application = ApplicationNo(1);
    query.limit = 1;
    for (bool more = true; more && paged.size() < 10;) {
      const auto page = Read<BindingsPage>(query);
      ASSERT_EQ(page.bindings.size(), 1U);
      paged.push_back(absl::StrCat(page.bindings[0].license.value(), " ",
                                   page.bindings[0].email.value().substr(0, 3)));
      query.before = page.bindings[0].position;
      more = page.more;
    }
    EXPECT_EQ(paged, all);
  }
}

TEST_P(StoreBindings, OfAnotherApplicationAreNotListed) {
  EXPECT_THAT(
      Read<BindingsPage>(BindingsQuery{.application = ApplicationNo(2), .limit = 9}).bindings,
      IsEmpty());
}

// Calls 1 to 4 of support; 1 rings, 2 is connected, 3 has ended on two grants, 4 never connected.
class StoreCalls : public StoreHistory {
 protected:
  StoreCalls() {
    script_.Add(Granted(1));
    script_.Add(Granted(2));
    for (int64_t no = 1; no <= 4; ++no) {
      script_.Add(CallStarted{.no = CallNo(no),
                              .id = CallId(absl::StrCat("call-", no)),
                              .direction = CallDirection::kOutbound,
                              .ttl = absl::Seconds(90),
                              .grant = GrantId(1)});
    }
    script_.Add(Connected(2));
    script_.Add(Connected(3));
    script_.At(script_.now() + absl::Minutes(3));
    script_.Add(CallEnded{.no = CallNo(3),
                          .id = CallId("call-3"),
                          .reason = CallEndReason::kLeaseExpired,
                          .connect_time = start_,
                          .connected_duration = absl::Minutes(3),
                          .charges = {{GrantId(1), 1}, {GrantId(2), 1}, {GrantId(), 1}}});
    script_.Add(
        CallEnded{.no = CallNo(4), .id = CallId("call-4"), .reason = CallEndReason::kCompleted});
    Commit();
  }

  static MinutesGranted Granted(int64_t id) {
    return {.id = GrantId(id),
            .source = GrantSource::kPurchase,
            .product = "voice-minutes",
            .minutes = 100,
            .expire_time = absl::FromUnixSeconds(4'000'000'000)};
  }

  CallConnected Connected(int64_t no) const {
    return {.no = CallNo(no),
            .id = CallId(absl::StrCat("call-", no)),
            .connect_time = start_,
            .hold = {{GrantId(1), 1}},
            .reserved = 1};
  }

  CallsQuery Query(int64_t before, int limit) const {
    return {.account = AccountNo(1),
            .application = ApplicationNo(1),
            .before = CallNo(before),
            .limit = limit};
  }

  static std::vector<int64_t> Numbers(const CallsPage& page) {
    std::vector<int64_t> numbers;
    for (const CallView& call : page.calls) numbers.push_back(call.no.value());
    return numbers;
  }

  const absl::Time start_ = script_.now();
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreCalls, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreCalls, AreListedNewestFirstByPages) {
  const auto first = Read<CallsPage>(Query(5, 3));
  EXPECT_THAT(Numbers(first), ElementsAre(4, 3, 2));
  EXPECT_TRUE(first.more);
  const auto second = Read<CallsPage>(Query(2, 3));
  EXPECT_THAT(Numbers(second), ElementsAre(1));
  EXPECT_FALSE(second.more);
  CallsQuery ended = Query(5, 3);
  ended.ended_only = true;
  EXPECT_THAT(Numbers(Read<CallsPage>(ended)), ElementsAre(4, 3));
  CallsQuery elsewhere = Query(5, 3);
  elsewhere.application = ApplicationNo(2);
  EXPECT_THAT(Numbers(Read<CallsPage>(elsewhere)), IsEmpty());
}

TEST_P(StoreCalls, SayWhatTheyCameTo) {  // R26
  const auto page = Read<CallsPage>(Query(5, 9));
  const CallView& ended = page.calls[1];
  EXPECT_EQ(ended.state, CallState::kEnded);
  EXPECT_EQ(ended.end_reason, CallEndReason::kLeaseExpired);
  EXPECT_EQ(ended.end_time, start_ + absl::Minutes(3));
  EXPECT_EQ(ended.connected_duration, absl::Minutes(3));
  EXPECT_THAT(ended.charges, ElementsAre(MinuteCharge{GrantId(1), 1}, MinuteCharge{GrantId(2), 1}));
  EXPECT_EQ(ended.charged_minutes, 2);
  EXPECT_EQ(ended.uncovered_minutes, 1);
  EXPECT_EQ(page.calls[0].connect_time, std::nullopt);
  EXPECT_EQ(page.calls[2].state, CallState::kConnected);
  EXPECT_EQ(page.calls[3].state, CallState::kRinging);
}

TEST_P(StoreCalls, AnAdjustmentMovesTheChargeByItsDifference) {  // R27
  script_.Add(CallAdjusted{.no = CallNo(3),
                           .id = CallId("call-3"),
                           .connect_time = start_,
                           .connected_duration = absl::Seconds(59),
                           .charges = {{GrantId(1), 1}},
                           .differences = {{GrantId(2), -1}}});
  Commit();
  EXPECT_EQ(Read<CallsPage>(Query(4, 1)).calls[0].charged_minutes, 1);
  const Account account = store_->LoadAccount(AccountNo(1), start_).value();
  EXPECT_EQ(account.voice.Find(GrantId(1))->charged, 1);
  EXPECT_EQ(account.voice.Find(GrantId(2))->charged, 0);
  EXPECT_TRUE(account.voice.ended_calls.at(CallNo(3)).settled);
}

TEST_P(StoreCalls, EndedOnesAreLoadedFromAnInstantOnAndLiveOnesAlways) {
  const absl::Time end = start_ + absl::Minutes(3);
  const Voice at = store_->LoadAccount(AccountNo(1), end)->voice;
  EXPECT_EQ(at.calls.size(), 2U);
  EXPECT_EQ(at.ended_calls.size(), 2U);
  EXPECT_GE(at.last_call_no, CallNo(4));
  const Voice later = store_->LoadAccount(AccountNo(1), end + absl::Microseconds(1))->voice;
  EXPECT_EQ(later.calls.size(), 2U);
  EXPECT_EQ(later.ended_calls.size(), 0U);
}

}  // namespace
}  // namespace usher::storage::testing
