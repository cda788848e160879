// Credentials: where `usher` takes its token from.
//
// The first of these that there is: the file of --token-file; USHER_TOKEN; where the server is on
// this machine, the operator's token that usherd left in its data directory. One thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace usher::cli {

inline constexpr char kTokenVariable[] = "USHER_TOKEN";

struct Credentials {
  std::string token;
  // Where it was found, for whoever wonders: "USHER_TOKEN", a path; empty where there is none.
  std::string source;
  // What is wrong with the file that --token-file names; empty where nothing is.
  std::string error;
};

// `token_file` is empty where it was not given.
Credentials FindCredentials(const std::string& server, const std::string& token_file);

// Whether an address HOST:PORT is on this machine, as far as its name says.
bool IsLocal(std::string_view server);

// Where a server on this machine may have left the operator's token: in its data directory below
// the working directory, or where the package keeps it.
std::vector<std::string> LocalTokenFiles();

}  // namespace usher::cli
