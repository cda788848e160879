// BackupDatabase and CheckIntegrity over a real channel.
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "auth/sha256.h"
#include "gmock/gmock.h"
#include "storage/offline/backup_file.h"
#include "tests/e2e/server_fixture.h"

namespace usher::e2e {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BackupStreamTest : public ServerTest {
 protected:
  void SetUp() override {
    api_.CreateSupport();
    ASSERT_TRUE(api_.Login("ann").ok());
  }

  std::unique_ptr<grpc::ClientReader<v1::BackupDatabaseResponse>> Open(
      grpc::ClientContext& context) {
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
    return stub_->BackupDatabase(&context, v1::BackupDatabaseRequest());
  }

  std::string copy() const { return server_.data_dir() + "/copy.tmp"; }

  std::unique_ptr<Admin> stub_ = v1::AdminService::NewStub(server_.NewChannel());
};

TEST_F(BackupStreamTest, TheChunksAreADatabaseWithItsDigest) {
  const absl::Time before = absl::Now();
  grpc::ClientContext context;
  const auto reader = Open(context);
  v1::BackupDatabaseResponse message;
  std::string bytes;
  std::vector<int64_t> remaining;
  while (reader->Read(&message)) {
    bytes += message.chunk();
    remaining.push_back(message.remaining_bytes());
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(message.sha256(), auth::Sha256(bytes));
  EXPECT_GE(TimeOf(message.snapshot_time()), before);
  EXPECT_LE(TimeOf(message.snapshot_time()), absl::Now());
  EXPECT_EQ(remaining.back(), 0);
  EXPECT_GE(remaining.front(), static_cast<int64_t>(bytes.size()) - 256 * 1024);

  const testing::TempDir directory;
  const std::string path = directory.path() + "/backup.db";
  std::ofstream(path, std::ios::binary) << bytes;
  const auto facts = storage::CheckBackupFile(path);
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->applications, 1);
  EXPECT_EQ(facts->database_id, api_.Ask(&Admin::GetStatus, "").database_id());
  EXPECT_FALSE(std::filesystem::exists(copy()));
}

TEST_F(BackupStreamTest, WhoReadsSlowlyHoldsUpNobodyButOtherBackups) {
  grpc::ClientContext context;
  const auto reader = Open(context);
  v1::BackupDatabaseResponse message;
  ASSERT_TRUE(reader->Read(&message));
  EXPECT_TRUE(api_.Login("bob").ok());
  // A small database may be on its way as a whole.
  const auto check = api_.Call(&Admin::CheckIntegrity, "");
  if (!check.ok()) {
    EXPECT_EQ(check.status.error_code(), grpc::StatusCode::ABORTED);
    EXPECT_THAT(check.status.error_message(), HasSubstr("busy with a backup since"));
  }
  context.TryCancel();
  while (reader->Read(&message)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // Whoever left has freed it all.
  const absl::Time deadline = absl::Now() + absl::Seconds(20);
  while (!api_.Call(&Admin::CheckIntegrity, "").ok()) {
    ASSERT_LT(absl::Now(), deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
}

TEST_F(BackupStreamTest, AServerThatStopsDoesNotWaitForWhoReadsSlowly) {
  grpc::ClientContext context;
  const auto reader = Open(context);
  v1::BackupDatabaseResponse message;
  ASSERT_TRUE(reader->Read(&message));
  const absl::Time begin = absl::Now();
  server_.Stop();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
  while (reader->Read(&message)) {
  }
  reader->Finish();
  server_.Restart();
  api_ = Api(server_.NewChannel());
}

TEST_F(BackupStreamTest, ATokenThatIsRevokedEndsTheBackupThatItBegan) {
  const auto token = api_.Ask(&Admin::CreateToken, "display_name: 'backup' role: ROLE_OPERATOR");
  const auto stub =
      v1::AdminService::NewStub(testing::OwnChannel(server_.address(), token.secret()));
  api_.Ask(&Admin::RevokeToken, "token_id: '" + token.token().token_id() + "'");
  grpc::ClientContext context;
  const auto reader = stub->BackupDatabase(&context, v1::BackupDatabaseRequest());
  v1::BackupDatabaseResponse message;
  EXPECT_FALSE(reader->Read(&message));
  EXPECT_EQ(ReasonOf(reader->Finish()), "INVALID_CREDENTIAL");
}

TEST_F(BackupStreamTest, IntegrityIsCheckedOfEveryApplication) {
  api_.Ask(&Account::CreateApplication, "account: 'accounts/acme' application_id: 'sales'");
  const auto report = api_.Ask(&Admin::CheckIntegrity, "");
  EXPECT_THAT(report.problems(), IsEmpty());
  EXPECT_EQ(report.applications_checked(), 2);
}

}  // namespace
}  // namespace usher::e2e
