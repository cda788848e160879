// What the contract promises of each reason for a refusal, as its comments have it.
#pragma once

#include <fstream>
#include <map>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"

namespace usher::rpc {

// What the contract's comment says of a reason.
struct Promise {
  std::string code;
  std::set<std::string> keys;
  bool retry_info = false;
};

// Reads error_reason.proto: the code is the first word of a value's comment, the metadata keys
// stand in its last brackets.
inline std::map<std::string, Promise> PromisesOfTheContract() {
  std::ifstream file(USHER_CONTRACT_DIR "/usher/v1/error_reason.proto");
  EXPECT_TRUE(file.good());
  std::map<std::string, Promise> promises;
  std::string line, comment;
  while (std::getline(file, line)) {
    const std::string text(absl::StripAsciiWhitespace(line));
    if (text.starts_with("//")) {
      comment += text.substr(2);
    } else if (text.starts_with("ERROR_REASON_")) {
      Promise& promise = promises[text.substr(13, text.find(' ') - 13)];
      const std::string said(absl::StripAsciiWhitespace(comment));
      promise.code = said.substr(0, said.find_first_of(".,"));
      promise.retry_info = said.find("with RetryInfo") != std::string::npos;
      if (const size_t open = said.rfind('['); open != std::string::npos) {
        const std::string keys = said.substr(open + 1, said.rfind(']') - open - 1);
        for (const auto key : absl::StrSplit(keys, ", ")) promise.keys.emplace(key);
      }
      comment.clear();
    } else {
      comment.clear();
    }
  }
  return promises;
}

}  // namespace usher::rpc
