// The file of contexts: what it may say, how it is written.
#include "client/cli/contexts.h"

#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace usher::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::StartsWith;

class ContextsTest : public ::testing::Test {
 protected:
  ContextsTest() {
    std::string directory = ::testing::TempDir() + "usher-contexts-XXXXXX";
    EXPECT_NE(mkdtemp(directory.data()), nullptr);
    directory_ = directory;
    path_ = directory_ / "usher" / "contexts.toml";
  }
  ~ContextsTest() override { fs::remove_all(directory_); }

  void WriteText(const std::string& text) {
    fs::create_directories(path_.parent_path());
    std::ofstream(path_) << text;
  }

  std::string ErrorOf(const std::string& text) {
    WriteText(text);
    const auto contexts = ReadContexts(path_);
    return contexts.ok() ? "read" : std::string(contexts.status().message());
  }

  fs::path directory_;
  fs::path path_;
};

TEST_F(ContextsTest, WhatIsWrittenIsRead) {
  Contexts contexts;
  contexts.current = "prod";
  contexts.contexts["prod"] = {.server = "usher.example:7600",
                               .tls = true,
                               .tls_ca = "/etc/ca.pem",
                               .tls_cert = "/etc/cert.pem",
                               .tls_key = "/etc/key.pem",
                               .token_file = "/home/ann/it's.token",
                               .zone = "Europe/Berlin"};
  contexts.contexts["a.b"] = {.server = "127.0.0.1:7600"};
  ASSERT_TRUE(WriteContexts(path_, contexts).ok());
  const auto read = ReadContexts(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->current, "prod");
  ASSERT_EQ(read->contexts.size(), 2U);
  const SavedContext& prod = *read->Find("prod");
  EXPECT_EQ(prod.server, "usher.example:7600");
  EXPECT_TRUE(prod.tls);
  EXPECT_EQ(prod.tls_ca, "/etc/ca.pem");
  EXPECT_EQ(prod.tls_cert, "/etc/cert.pem");
  EXPECT_EQ(prod.tls_key, "/etc/key.pem");
  EXPECT_EQ(prod.token_file, "/home/ann/it's.token");
  EXPECT_EQ(prod.zone, "Europe/Berlin");
  EXPECT_EQ(read->Find("a.b")->server, "127.0.0.1:7600");
  EXPECT_FALSE(read->Find("a.b")->tls);
}

TEST_F(ContextsTest, OnlyTheUserMayReadIt) {
  ASSERT_TRUE(WriteContexts(path_, Contexts()).ok());
  struct stat file {};
  ASSERT_EQ(stat(path_.c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0600U);
  ASSERT_EQ(stat(path_.parent_path().c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777U, 0700U);
}

TEST_F(ContextsTest, ItIsReplacedWholeAndNothingIsLeftBesideIt) {
  WriteText("current = 3");
  const std::ifstream before(path_);
  ASSERT_TRUE(WriteContexts(path_, Contexts()).ok());
  std::ostringstream old;
  old << before.rdbuf();
  EXPECT_EQ(old.str(), "current = 3") << "who reads it meanwhile reads the old one";
  int files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(path_.parent_path())) ++files;
  EXPECT_EQ(files, 1);
}

TEST_F(ContextsTest, ALinkStaysALink) {
  WriteText("");
  fs::rename(path_, directory_ / "dotfile");
  fs::create_symlink(directory_ / "dotfile", path_);
  Contexts contexts;
  contexts.contexts["x"] = {.server = "x:1"};
  ASSERT_TRUE(WriteContexts(path_, contexts).ok());
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ(ReadContexts(directory_ / "dotfile")->contexts.size(), 1U);
}

TEST_F(ContextsTest, ADirectoryThatCanNotBeWrittenIsTold) {
  WriteText("");
  const fs::path below = path_ / "contexts.toml";
  const absl::Status status = WriteContexts(below, Contexts());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), StartsWith(path_.string()));
}

TEST_F(ContextsTest, WithoutAFileThereAreNone) {
  EXPECT_TRUE(ReadContexts(path_)->contexts.empty());
  EXPECT_TRUE(ReadContexts("")->contexts.empty());
  WriteText("");
  EXPECT_TRUE(ReadContexts(path_)->contexts.empty());
}

TEST_F(ContextsTest, PathsAreMeantFromItsDirectory) {
  WriteText("[contexts.a]\nserver = 'x:1'\ntoken-file = 'a.token'\n");
  const auto contexts = ReadContexts(path_);
  EXPECT_EQ(contexts->Find("a")->token_file, (path_.parent_path() / "a.token").string());
  EXPECT_THAT(contexts->Find("a")->lines, ElementsAre(Pair("server", 2), Pair("token-file", 3)));
}

struct Row {
  const char* text;
  // Behind the path.
  const char* error;
};

TEST_F(ContextsTest, WhatItMustNotSayIsToldWithItsLine) {
  const Row rows[] = {
      {"current = 'a'\n", ":1: current names the context 'a', which is not in the file."},
      {"\ncurent = 'a'\n",
       ":2: 'curent' means nothing here; known are current and [contexts.NAME]."},
      {"contexts = 3\n", ":1: 'contexts' means nothing here"},
      {"current = 3\n", ":1: current must be a text in quotes, and not empty."},
      {"[contexts.a]\nserver = 'x:1'\ntls_ca = '/x'\n",
       ":3: 'tls_ca' is no setting of a context; known are server, tls-ca, "},
      {"[contexts.a]\nserver = 7600\n", ":2: server must be a text in quotes, and not empty."},
      {"[contexts.a]\nserver = ''\n", ":2: server must be a text in quotes, and not empty."},
      {"[contexts.a]\nserver = 'x:1'\ntls = 'yes'\n", ":3: tls must be true or false."},
      {"\n[contexts.a]\n", ":2: the context 'a' has no server."},
      {"[contexts.a]\nserver = 'x:1'\nzone = 'Mars/Olympus'\n",
       ":3: zone must be the name of a time zone, such as Europe/Berlin; 'Mars/Olympus' is not."},
      {"[contexts]\na = 3\n", ":2: a context is a table: [contexts.a]."},
      {"[contexts.'a b']\nserver = 'x:1'\n", ":1: 'a b' is no name of a context"},
      {"[contexts.a]\nserver = \n", ":2: "},
  };
  for (const Row& row : rows) {
    EXPECT_THAT(ErrorOf(row.text), StartsWith(absl::StrCat(path_.string(), row.error))) << row.text;
  }
}

TEST(IsContextName, IsAWordThatNeedsNoQuotes) {
  for (const char* name : {"prod", "eu-west_1", "a.b", "7"}) EXPECT_TRUE(IsContextName(name));
  for (const char* name : {"", "a b", "a/b", "é", "a'b"}) EXPECT_FALSE(IsContextName(name));
  EXPECT_TRUE(IsContextName(std::string(kContextNameLengthMax, 'x')));
  EXPECT_FALSE(IsContextName(std::string(kContextNameLengthMax + 1, 'x')));
}

}  // namespace
}  // namespace usher::cli
