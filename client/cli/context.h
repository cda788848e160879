// Context: what a command works with: the client, where its output goes and how it is to look.
//
// Data goes to `out`, everything else to `err`: with `-o json` that is one JSON document, in
// proto's JSON form, on `out`; with `-o jsonl` it is one for each thing listed. One thread.
#pragma once

#include <cstddef>
#include <functional>
#include <istream>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "client/cli/credentials.h"
#include "client/cli/exit_code.h"
#include "client/cli/json.h"
#include "client/cli/table.h"
#include "client/cli/times.h"
#include "client/cli/when.h"
#include "client/lib/client.h"

namespace usher::cli {

// kJsonLines: each thing that is listed on a line of its own, so that a reader need not wait for
// the end.
enum class OutputFormat { kTable, kJson, kJsonLines };

struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  // Whether a person sits there who can be asked.
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;
  // How many columns the terminal of `out` has; 0 where that is not known.
  size_t out_width = 0;
  // Whether the user has asked the program to end (Ctrl-C, SIGTERM). From its first call on
  // such a request no longer ends the process by itself.
  std::function<bool()> interrupted = [] { return false; };
};

class Context {
 public:
  // `zone` is the time zone that times are shown in; where it is empty, each account's own.
  Context(Client client, std::string server, TokenOrigin token_origin, OutputFormat format,
          std::string zone, Streams streams);

  const Client& client() const { return client_; }
  const TokenOrigin& token_origin() const { return token_origin_; }
  const Streams& streams() const { return streams_; }
  bool json() const { return format_ != OutputFormat::kTable; }
  OutputFormat format() const { return format_; }

  // Tells the error, with a hint where one is known, and answers the exit code. `about` is the
  // full name of the account or application that the command was about; empty where none.
  ExitCode Fail(const Error& error, std::string_view about = "");

  // A command line that is well-formed but can't be carried out.
  ExitCode FailUsage(std::string_view message);

  // Something to know that is no data: one line on `err`.
  void Note(std::string_view line);

  // A list, in the end: where it is empty, or a limit left some of it on the server's side
  // (`next_page_token`), says so on `err`. `plural` is what it lists: "sessions".
  ExitCode PrintList(const Table& table, std::string_view plural, std::string_view next_page_token);
  void Print(const Table& table);
  void Print(const Facts& facts);
  // The message as JSON. As lines: an answer that is a list, a line for each element, and where a
  // limit cut it short, says so on `err`; any other a line in all.
  ExitCode PrintJson(const google::protobuf::Message& message);
  // The same of what is no message: a document, or a line of its own.
  ExitCode PrintJson(const JsonObject& object);
  ExitCode PrintLine(const JsonObject& object);
  // The message as one line of JSON.
  ExitCode PrintLine(const google::protobuf::Message& message);
  // A page of a list, a line for each element.
  ExitCode PrintLines(const google::protobuf::Message& page);

  // Times as the account of `name` (a full name of it, or of something in it) sees them. Asks
  // the server for the zone, once for each account; in UTC where it does not tell.
  Times TimesOf(std::string_view name);
  // The same where the account is at hand.
  Times TimesOf(const v1::Account& account);
  // The instant that `when` means in the zone of TimesOf(name).
  absl::Time InstantOf(const When& when, std::string_view name);

 private:
  ExitCode PrintDocument(const google::protobuf::Message& message, bool whitespace);

  Look look() const { return streams_.out_is_terminal ? Look::kTerminal : Look::kPlain; }

  Client client_;
  std::string server_;
  TokenOrigin token_origin_;
  OutputFormat format_;
  std::string zone_;
  Streams streams_;
  // By the full names of accounts.
  std::map<std::string, std::string> zones_;
};

}  // namespace usher::cli
