// What every store promises (storage/store.h), run against each.
#include <string>
#include <thread>
#include <utility>
#include <vector>

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

class StoreContract : public TestWithParam<std::string> {
 protected:
  StoreContract() : store_(GetParam()) {}

  void CommitApplication() { ASSERT_EQ(script_.Commit(*store_), absl::OkStatus()); }

  UnitMark Mark(int64_t application, absl::Time due, bool leases = false) const {
    return {.account = AccountNo(1),
            .application = ApplicationNo(application),
            .next_due = due,
            .has_leases = leases};
  }

  void CommitMarks(std::vector<UnitMark> marks) {
    ASSERT_EQ(store_->Commit({.marks = marks}), absl::OkStatus());
  }

  std::vector<UnitRef> Due(absl::Time until, int limit = 100) {
    return store_->ListDue(until, limit).value();
  }

  Answer AnswerAt(absl::Time time, std::string bytes = "answer") const {
    return {.account = AccountNo(1),
            .request_id = "request",
            .fingerprint = std::string("\0\xff"
                                       "fp",
                                       4),
            .record_time = time,
            .bytes = std::move(bytes)};
  }

  void CommitAnswer(const Answer& answer) {
    ASSERT_EQ(store_->Commit({.answers = {&answer, 1}}), absl::OkStatus());
  }

  StoreUnderTest store_;
  Script script_ = Script::WithApplication();
  const absl::Time noon_ = At("2026-11-02T12:00:00Z");
};

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, Values("memory", "sqlite"), NameOfKind);

TEST_P(StoreContract, SaysItsKind) { EXPECT_EQ(store_->kind(), GetParam()); }

TEST_P(StoreContract, BlankStoreHasNothing) {
  const Directory directory = store_->LoadDirectory().value();
  EXPECT_TRUE(directory == Directory());
  EXPECT_EQ(store_->NextDue().value(), absl::InfiniteFuture());
  EXPECT_THAT(Due(absl::InfiniteFuture()), IsEmpty());
  EXPECT_THAT(store_->ListUnitsWithLeases().value(), IsEmpty());
  EXPECT_EQ(store_->LastJournalEntry()->position, 0);
  EXPECT_EQ(store_->LastJournalEntry()->record_time, absl::InfinitePast());
  EXPECT_TRUE(absl::IsNotFound(store_->LoadAccount(AccountNo(1), absl::InfinitePast()).status()));
  EXPECT_TRUE(
      absl::IsNotFound(store_->LoadApplication(ApplicationNo(1), absl::InfinitePast()).status()));
}

TEST_P(StoreContract, DirectoryKnowsNamesAndNumbers) {
  CommitApplication();
  script_.In(2, 0).Add(AccountCreated{AccountId("abc"), "", "UTC"});
  script_.In(2, 2).Add(ApplicationCreated{ApplicationId("sales"), "", std::nullopt});
  CommitApplication();
  const Directory directory = store_->LoadDirectory().value();
  EXPECT_EQ(directory.accounts.size(), 2U);
  EXPECT_EQ(directory.accounts.at(AccountId("acme")), AccountNo(1));
  EXPECT_EQ(directory.accounts.at(AccountId("abc")), AccountNo(2));
  EXPECT_EQ(directory.last_account_no, AccountNo(2));
  EXPECT_EQ(directory.last_application_no, ApplicationNo(2));
}

TEST_P(StoreContract, CommitCoversSeveralUnits) {
  script_.In(2, 0).Add(AccountCreated{AccountId("other"), "", "UTC"});
  script_.In(2, 2).Add(ApplicationCreated{ApplicationId("sales"), "", std::nullopt});
  CommitApplication();
  EXPECT_EQ(store_->LoadAccount(AccountNo(1), absl::InfinitePast())->applications.size(), 1U);
  EXPECT_EQ(store_->LoadAccount(AccountNo(2), absl::InfinitePast())->applications.size(), 1U);
  EXPECT_EQ(store_->LoadApplication(ApplicationNo(1), absl::InfinitePast())->licenses.size(), 10U);
  EXPECT_EQ(store_->LoadApplication(ApplicationNo(2), absl::InfinitePast())->account, AccountNo(2));
}

TEST_P(StoreContract, AProbeWritesNothingThatIsRead) {
  const std::vector<std::string> journal = JournalOf(*store_);
  EXPECT_EQ(store_->Probe(), absl::OkStatus());
  EXPECT_EQ(JournalOf(*store_), journal);
  EXPECT_TRUE(store_->LoadDirectory()->accounts.empty());
}

TEST_P(StoreContract, AnotherEpochIsRefusedAndChangesNothing) {
  const JournalEntry entry{AccountNo(1), Revision(1), Revision(1), noon_, "event"};
  const absl::Status status =
      store_->Commit({.epoch = 2, .changes = script_.changes(), .journal = {&entry, 1}});
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::IsNotFound(store_->LoadAccount(AccountNo(1), absl::InfinitePast()).status()));
  EXPECT_THAT(JournalOf(*store_), IsEmpty());
}

TEST_P(StoreContract, BatchOfMemoryChangesAloneIsNoWork) {
  CommitApplication();
  const Change renewed{.account = AccountNo(1),
                       .application = ApplicationNo(1),
                       .payload = SessionRenewed{.id = SessionId(77), .lease_end = {}}};
  EXPECT_EQ(store_->Commit({.changes = {&renewed, 1}}), absl::OkStatus());
  EXPECT_EQ(store_->Commit({}), absl::OkStatus());
}

TEST_P(StoreContract, MemoryChangesAmongOthersArePassedOver) {
  CommitApplication();
  script_.Add(DenialCounted{}).Add(ApplicationUpdated{"Renamed"});
  CommitApplication();
  EXPECT_EQ(
      store_->LoadAccount(AccountNo(1), absl::InfinitePast())->Find(ApplicationNo(1))->display_name,
      "Renamed");
  const Application loaded =
      store_->LoadApplication(ApplicationNo(1), absl::InfinitePast()).value();
  EXPECT_TRUE(loaded.usage == Usage());  // R17: figures come by UsageRecord
}

TEST_P(StoreContract, NumbersGivenOutAreNeverBehind) {
  script_.Add(LicenseBound{.id = LicenseId(1), .email = Email("ann@acme.example")})
      .Add(Started(1, "ann@acme.example", 1));
  CommitApplication();
  for (int64_t session = 2; session < 20'000; session += 1'000) {
    script_
        .Add(Ended(session == 2 ? 1 : session - 1'000, "ann@acme.example", EndReason::kSuperseded))
        .Add(Started(session, "ann@acme.example", 1));
    CommitApplication();
    EXPECT_GE(store_->LoadApplication(ApplicationNo(1), noon_)->last_session_id.value(), session);
    EXPECT_GE(store_->LoadAccount(AccountNo(1), absl::InfinitePast())->last_revision.value(),
              script_.last_revision());
  }
}

TEST_P(StoreContract, RevisionsOfTheJournalAreCovered) {
  CommitApplication();
  const JournalEntry entry{AccountNo(1), Revision(50'000), Revision(50'001), noon_, "event"};
  ASSERT_EQ(store_->Commit({.journal = {&entry, 1}}), absl::OkStatus());
  if (GetParam() == "sqlite") {
    EXPECT_GE(store_->LoadAccount(AccountNo(1), absl::InfinitePast())->last_revision.value(),
              50'001);
  }
}

// ---- Marks

TEST_P(StoreContract, DueUnitsComeSoonestFirst) {
  script_.In(1, 2).Add(ApplicationCreated{ApplicationId("sales"), "", std::nullopt});
  script_.In(1, 3).Add(ApplicationCreated{ApplicationId("claims"), "", std::nullopt});
  CommitApplication();
  CommitMarks({Mark(1, noon_), Mark(2, noon_ - absl::Hours(2)), Mark(0, noon_ - absl::Hours(1)),
               Mark(3, absl::InfiniteFuture())});
  const UnitRef account{AccountNo(1), ApplicationNo()};
  const UnitRef first{AccountNo(1), ApplicationNo(1)};
  const UnitRef second{AccountNo(1), ApplicationNo(2)};
  EXPECT_EQ(store_->NextDue().value(), noon_ - absl::Hours(2));
  EXPECT_THAT(Due(noon_), ElementsAre(second, account, first));  // half-open: due at its instant
  EXPECT_THAT(Due(noon_ - absl::Microseconds(1)), ElementsAre(second, account));
  EXPECT_THAT(Due(noon_, 2), ElementsAre(second, account));
  EXPECT_THAT(Due(absl::InfiniteFuture()), ElementsAre(second, account, first));

  CommitMarks({Mark(2, absl::InfiniteFuture())});
  EXPECT_THAT(Due(noon_), ElementsAre(account, first));
  EXPECT_EQ(store_->NextDue().value(), noon_ - absl::Hours(1));
}

TEST_P(StoreContract, UnitsWithLeasesAreFound) {
  script_.In(1, 2).Add(ApplicationCreated{ApplicationId("sales"), "", std::nullopt});
  CommitApplication();
  CommitMarks({Mark(1, absl::InfiniteFuture(), true), Mark(2, noon_, false)});
  EXPECT_THAT(store_->ListUnitsWithLeases().value(),
              ElementsAre(UnitRef{AccountNo(1), ApplicationNo(1)}));
  CommitMarks({Mark(1, absl::InfiniteFuture(), false), Mark(2, noon_, true)});
  EXPECT_THAT(store_->ListUnitsWithLeases().value(),
              ElementsAre(UnitRef{AccountNo(1), ApplicationNo(2)}));
  CommitMarks({{.account = AccountNo(1),
                .application = {},
                .next_due = absl::InfiniteFuture(),
                .has_leases = true}});
  EXPECT_THAT(
      store_->ListUnitsWithLeases().value(),
      ElementsAre(UnitRef{AccountNo(1), ApplicationNo()}, UnitRef{AccountNo(1), ApplicationNo(2)}));
}

TEST_P(StoreContract, TokensAreOfTheServer) {
  CommitApplication();
  const Token token{.id = TokenId(1),
                    .display_name = "desk",
                    .role = Role::kAgent,
                    .account = AccountId("acme"),
                    .digest = std::string(kTokenDigestBytes, '\xff'),
                    .create_time = noon_,
                    .expire_time = noon_ + absl::Hours(1)};
  Token forever = token;
  forever.id = TokenId(2);
  forever.digest[0] = '\0';
  forever.expire_time = absl::InfiniteFuture();
  const auto of_server = [this](ChangePayload payload, int64_t revision) {
    return Change{.account = AccountNo(),
                  .application = ApplicationNo(),
                  .revision = Revision(revision),
                  .event_time = noon_,
                  .payload = std::move(payload)};
  };
  const std::vector<Change> changes = {of_server(TokenCreated{token}, 1),
                                       of_server(TokenCreated{forever}, 2),
                                       of_server(TokenRevoked{.id = TokenId(2)}, 3)};
  const JournalEntry entry{.account = AccountNo(),
                           .first_revision = Revision(1),
                           .last_revision = Revision(3),
                           .record_time = noon_,
                           .payload = "tokens"};
  ASSERT_EQ(store_->Commit({.changes = changes, .journal = {&entry, 1}}), absl::OkStatus());
  forever.revoke_time = noon_;
  const Directory directory = store_->LoadDirectory().value();
  EXPECT_EQ(directory.tokens.size(), 2U);
  EXPECT_EQ(directory.tokens.at(TokenId(1)), token);
  EXPECT_EQ(directory.tokens.at(TokenId(2)), forever);
  EXPECT_EQ(directory.last_token_id, TokenId(2));
  EXPECT_EQ(directory.last_revision, Revision(3));
  // The server's own journal is apart from the accounts'.
  EXPECT_EQ(JournalRowsOf(*store_, AccountNo()).size(), 1U);
}

// ---- Answers (R28)

TEST_P(StoreContract, AnswerIsFoundUnderItsKeyAlone) {
  const Answer answer = AnswerAt(noon_, std::string("\0bytes\xff", 7));
  CommitAnswer(answer);
  const std::optional<Answer> found =
      store_->FindAnswer(AccountNo(1), "request", noon_ - absl::Hours(24)).value();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->fingerprint, answer.fingerprint);
  EXPECT_EQ(found->bytes, answer.bytes);
  EXPECT_EQ(found->record_time, noon_);
  EXPECT_EQ(found->account, AccountNo(1));
  EXPECT_FALSE(store_->FindAnswer(AccountNo(2), "request", absl::InfinitePast())->has_value());
  EXPECT_FALSE(store_->FindAnswer(AccountNo(1), "Request", absl::InfinitePast())->has_value());
}

TEST_P(StoreContract, AnswerIsFoundUpToItsAge) {
  CommitAnswer(AnswerAt(noon_));
  EXPECT_TRUE(store_->FindAnswer(AccountNo(1), "request", noon_)->has_value());
  EXPECT_FALSE(
      store_->FindAnswer(AccountNo(1), "request", noon_ + absl::Microseconds(1))->has_value());
}

TEST_P(StoreContract, LaterAnswerTakesThePlaceOfOneThatOutlivedItsTime) {
  CommitAnswer(AnswerAt(noon_, "old"));
  CommitAnswer(AnswerAt(noon_ + absl::Hours(25), "new"));
  EXPECT_EQ((*store_->FindAnswer(AccountNo(1), "request", absl::InfinitePast()))->bytes, "new");
  // The old one is gone, and the new one does not go with it.
  EXPECT_FALSE(store_->Prune({.answers_before = noon_ + absl::Hours(1)}, 10).value());
  EXPECT_TRUE(store_->FindAnswer(AccountNo(1), "request", noon_)->has_value());
}

TEST_P(StoreContract, PruneForgetsOldAnswersInBoundedSteps) {
  for (int i = 0; i < 5; ++i) {
    Answer answer = AnswerAt(noon_ + absl::Minutes(i));
    answer.request_id = "request-" + std::to_string(i);
    CommitAnswer(answer);
  }
  const PruneBounds bounds{.answers_before = noon_ + absl::Minutes(3)};
  const auto found = [this](const char* id) {
    return store_->FindAnswer(AccountNo(1), id, absl::InfinitePast())->has_value();
  };
  EXPECT_TRUE(store_->Prune(bounds, 2).value());
  EXPECT_TRUE(found("request-2"));
  EXPECT_FALSE(store_->Prune(bounds, 2).value());
  EXPECT_FALSE(store_->Prune(bounds, 2).value());
  EXPECT_FALSE(found("request-0"));
  EXPECT_FALSE(found("request-2"));
  EXPECT_TRUE(found("request-3"));
  EXPECT_TRUE(found("request-4"));
}

// ---- Threads

// "ordered": a load sees whole batches only, and every one whose Commit has returned.
TEST_P(StoreContract, LoadsSeeWholeBatchesWhileCommitsRun) {
  script_.Add(LicenseBound{.id = LicenseId(1), .email = Email("ann@acme.example")});
  script_.Add(LicenseBound{.id = LicenseId(2), .email = Email("bob@acme.example")});
  script_.Add(Started(1, "ann@acme.example", 1)).Add(Started(2, "bob@acme.example", 2));
  CommitApplication();
  std::atomic<int64_t> committed = 2;
  std::atomic<bool> done = false;
  std::thread reader([&] {
    while (!done) {
      const int64_t before = committed;
      const absl::StatusOr<Application> loaded =
          store_->LoadApplication(ApplicationNo(1), absl::InfinitePast());
      ASSERT_TRUE(loaded.ok()) << loaded.status();
      ASSERT_EQ(loaded->sessions.size(), 2U);
      const int64_t ann = loaded->agents.Find(Email("ann@acme.example"))->sessions[0].value();
      const int64_t bob = loaded->agents.Find(Email("bob@acme.example"))->sessions[0].value();
      ASSERT_EQ(ann + 1, bob);
      ASSERT_GE(bob, before);
    }
  });
  for (int64_t id = 3; id < 403; id += 2) {
    script_.Add(Ended(id - 2, "ann@acme.example", EndReason::kSuperseded))
        .Add(Started(id, "ann@acme.example", 1))
        .Add(Ended(id - 1, "bob@acme.example", EndReason::kLogout))
        .Add(Started(id + 1, "bob@acme.example", 2));
    ASSERT_EQ(script_.Commit(*store_), absl::OkStatus());
    committed = id + 1;
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace usher::storage::testing
