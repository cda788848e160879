// usher backup: a file that is whole or not there, and what is said of it.
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "client/cli/digest.h"
#include "client/cli/partial_file.h"
#include "gmock/gmock.h"
#include "tests/client/program_fixture.h"
#include "usher/v1/admin_service.pb.h"

namespace usher::cli {
namespace {

using client::testing::Streamed;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Of "abc", FIPS 180-4.
constexpr char kDigestOfAbc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string ContentsOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class BackupCommandTest : public ProgramTest {
 protected:
  std::string file() const { return config_home_ + "/usher.db"; }
  std::string partial() const { return file() + kPartialSuffix; }

  // A server that streams "abc" and ends with this digest (of raw bytes) or error.
  void ServeAbc(const std::string& sha256, std::optional<Error> error = std::nullopt) {
    connection_->OnStream<v1::BackupDatabaseRequest, v1::BackupDatabaseResponse>(
        "BackupDatabase", [=](const v1::BackupDatabaseRequest&) {
          Streamed<v1::BackupDatabaseResponse> streamed{.messages = {}, .error = error};
          for (const char* chunk : {"", "ab", "c"}) {
            streamed.messages.emplace_back().set_chunk(chunk);
          }
          if (!error.has_value()) {
            v1::BackupDatabaseResponse& last = streamed.messages.emplace_back();
            last.set_sha256(sha256);
            last.mutable_snapshot_time()->set_seconds(1793610000);
          }
          return streamed;
        });
  }

  static std::string RawDigestOfAbc() {
    std::string raw;
    const std::string hex = kDigestOfAbc;
    for (size_t i = 0; i < hex.size(); i += 2) {
      raw.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    }
    return raw;
  }
};

TEST_F(BackupCommandTest, AFileThatIsThereIsRefusedBeforeTheServerIsAsked) {
  std::ofstream(file()) << "precious";
  EXPECT_EQ(Run({"backup", "create", file()}), ExitCode::kConflict);
  EXPECT_EQ(err_.str(), "usher: " + file() + " is there already; --force replaces it.\n");
  EXPECT_THAT(connection_->sent(), IsEmpty());
  EXPECT_EQ(ContentsOf(file()), "precious");
}

TEST_F(BackupCommandTest, ADirectoryIsNeverReplaced) {
  EXPECT_EQ(Run({"backup", "create", config_home_, "--force"}), ExitCode::kConflict);
  EXPECT_THAT(err_.str(), HasSubstr("is no file that could be replaced"));
}

TEST_F(BackupCommandTest, WhatDoesNotHaveItsDigestIsNotKept) {
  std::ofstream(file()) << "precious";
  ServeAbc("another digest");
  EXPECT_EQ(Run({"backup", "create", file(), "--force"}), ExitCode::kOther);
  EXPECT_THAT(err_.str(), HasSubstr("What came is not what the server sent"));
  EXPECT_EQ(ContentsOf(file()), "precious");
  EXPECT_FALSE(std::filesystem::exists(partial()));
}

TEST_F(BackupCommandTest, AStreamThatEndsTooEarlyIsNotKept) {
  connection_->OnStream<v1::BackupDatabaseRequest, v1::BackupDatabaseResponse>(
      "BackupDatabase", [](const v1::BackupDatabaseRequest&) {
        Streamed<v1::BackupDatabaseResponse> streamed;
        streamed.messages.emplace_back().set_chunk("abc");
        return streamed;
      });
  EXPECT_EQ(Run({"backup", "create", file()}), ExitCode::kOther);
  EXPECT_THAT(err_.str(), HasSubstr(std::string("its SHA-256 is ") + kDigestOfAbc + ", not told"));
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(BackupCommandTest, WhatHasItsDigestAndIsNoDatabaseIsNotKeptEither) {
  ServeAbc(RawDigestOfAbc());
  EXPECT_EQ(Run({"backup", "create", file()}), ExitCode::kOther);
  EXPECT_THAT(err_.str(), HasSubstr("is not a backup of an Usher server"));
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_FALSE(std::filesystem::exists(partial()));
}

TEST_F(BackupCommandTest, AServerThatIsBusyIsAConflict) {
  ServeAbc("", Error{.code = absl::StatusCode::kAborted,
                     .message = "The server is busy with a backup since noon."});
  EXPECT_EQ(Run({"backup", "create", file()}), ExitCode::kConflict);
  EXPECT_THAT(err_.str(), HasSubstr("usher: The server is busy with a backup since noon."));
  EXPECT_FALSE(std::filesystem::exists(partial()));
}

TEST_F(BackupCommandTest, AnInterruptedBackupLeavesNothing) {
  connection_->OnStream<v1::BackupDatabaseRequest, v1::BackupDatabaseResponse>(
      "BackupDatabase", [](const v1::BackupDatabaseRequest&) {
        return Streamed<v1::BackupDatabaseResponse>{.messages = {}, .stays_open = true};
      });
  interrupted_ = [] { return true; };
  EXPECT_EQ(Run({"backup", "create", file()}), ExitCode::kOther);
  EXPECT_EQ(err_.str(), "usher: Interrupted; no backup was written.\n");
  EXPECT_FALSE(std::filesystem::exists(partial()));
}

TEST_F(BackupCommandTest, VerifyAndRestoreNeedNoServer) {
  EXPECT_EQ(Run({"backup", "verify", file()}), ExitCode::kNotFound);
  EXPECT_EQ(err_.str(), "usher: There is no file " + file() + ".\n");
  EXPECT_EQ(Run({"backup", "restore", file(), "--data-dir", config_home_ + "/data"}),
            ExitCode::kNotFound);
  EXPECT_FALSE(std::filesystem::exists(config_home_ + "/data"));
  EXPECT_THAT(connection_->sent(), IsEmpty());
}

TEST_F(BackupCommandTest, ADigestHas64Digits) {
  EXPECT_EQ(Run({"backup", "verify", file(), "--sha256", "abc"}), ExitCode::kUsage);
  EXPECT_THAT(err_.str(), StartsWith("usher: --sha256 must be 64 hexadecimal digits"));
}

TEST(PartialFile, IsForTheOwnerAloneAndTakesItsNameWhenItIsWhole) {
  const std::string path = ::testing::TempDir() + "partial-file-test";
  std::filesystem::remove(path);
  auto file = PartialFile::Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(PartialFile::Create(path).status().code(), absl::StatusCode::kFailedPrecondition);
  ASSERT_TRUE((*file)->Write("whole").ok());
  EXPECT_FALSE(std::filesystem::exists(path));
  ASSERT_TRUE((*file)->Keep().ok());
  EXPECT_EQ(ContentsOf(path), "whole");
  struct stat status {};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::filesystem::remove(path);
}

TEST(PartialFile, TakesThePlaceOfWhatAKilledProcessLeft) {
  const std::string path = ::testing::TempDir() + "partial-file-left";
  std::ofstream(path + kPartialSuffix) << "something longer that was left";
  auto file = PartialFile::Create(path);
  ASSERT_TRUE(file.ok()) << file.status();
  ASSERT_TRUE((*file)->Write("new").ok());
  ASSERT_TRUE((*file)->Keep().ok());
  EXPECT_EQ(ContentsOf(path), "new");
  std::filesystem::remove(path);
}

TEST(PartialFile, SaysWhatCannotBeWritten) {
  EXPECT_THAT(std::string(PartialFile::Create("/not/there/x").status().message()),
              AllOf(HasSubstr("Can't write /not/there/x.partial"), HasSubstr("No such file")));
}

}  // namespace
}  // namespace usher::cli
