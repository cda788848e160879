// usher event watch
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/event_command.h"
#include "client/cli/event_sentence.h"
#include "client/cli/interruption.h"
#include "client/cli/names.h"
#include "client/lib/event_watch.h"
#include "google/protobuf/util/json_util.h"

namespace usher::cli {
namespace {

// Columns of a line, which no longer text moves but its own.
constexpr size_t kApplicationWidth = 12;
constexpr size_t kActorWidth = 12;

struct WatchCommandOptions {
  std::string parent;
  std::vector<std::string> types;
  std::string resume;
  bool from_oldest = false;
  bool show_tokens = false;
  std::optional<int64_t> max;
};

std::string Padded(std::string text, size_t width) {
  const size_t columns = ColumnsOf(text);
  if (columns < width) text.append(width - columns, ' ');
  return text;
}

// "2026-11-25 13:42:05 CET  support       operator      ann@acme.test logged in on web ..."
std::string LineOf(const v1::Event& event, const std::string& parent, const Times& times) {
  std::string line = times.AtSecondWithZone(FromProto(event.event_time()));
  if (!IsInApplication(parent)) {
    const std::string about =
        parent.empty() ? ShortName(event.account()) : LastId(event.application());
    absl::StrAppend(&line, "  ", Padded(OrNone(about), kApplicationWidth));
  }
  absl::StrAppend(&line, "  ", Padded(OrNone(event.actor()), kActorWidth), "  ",
                  EventSentence(event, times));
  // Notes and names may have what a terminal would obey.
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); }, '?');
  return line;
}

// One command line's watch, from its first event to its last.
class Watcher {
 public:
  Watcher(Context& context, const WatchCommandOptions& options)
      : context_(context), options_(options), interruption_(context.streams()) {}

  ExitCode Run() {
    EventWatch watch(context_.client(), Request(),
                     {.stop = interruption_.token(),
                      .on_interrupted = [this](const Error& error) { TellOutage(error); }});
    while (!options_.max.has_value() || printed_ < *options_.max) {
      const Result<v1::WatchEventsResponse> next = watch.Next();
      if (!next.ok()) {
        if (!interruption_.token().stop_requested()) {
          return context_.Fail(next.error(), options_.parent);
        }
        break;
      }
      began_ = true;
      TellItGoesOn();
      Print(*next);
      if (!context_.streams().out.flush()) {
        context_.Note("usher: The output can't be written.");
        return ExitCode::kOther;
      }
      // The token is behind all that has come; of what was left out it would make a gap.
      token_ = left_out_ ? "" : next->resume_token();
    }
    TellWhereToGoOn();
    return ExitCode::kOk;
  }

 private:
  v1::WatchEventsRequest Request() const {
    v1::WatchEventsRequest request;
    request.set_parent(options_.parent);
    for (const std::string& type : options_.types) request.add_types(type);
    request.set_resume_token(options_.resume);
    request.set_from_oldest(options_.from_oldest);
    return request;
  }

  void Print(const v1::WatchEventsResponse& message) {
    const int count = CountToPrint(message);
    left_out_ = count < message.events_size();
    printed_ += count;
    // A watch without events needs no zone.
    const Times times = context_.json() || count == 0 ? Times("UTC", absl::Now())
                                                      : context_.TimesOf(options_.parent);
    for (int i = 0; i < count; ++i) {
      if (context_.json()) {
        context_.PrintLine(message.events(i));
      } else {
        context_.streams().out << LineOf(message.events(i), options_.parent, times) << '\n';
      }
    }
    if (options_.show_tokens) PrintToken(message);
  }

  // All events up to --max, and those of the same command. Where tokens are shown, all of the
  // message: its token is behind all of them.
  int CountToPrint(const v1::WatchEventsResponse& message) const {
    if (!options_.max.has_value() || options_.show_tokens) return message.events_size();
    int count = 0;
    for (const v1::Event& event : message.events()) {
      const bool enough = printed_ + count >= *options_.max;
      if (enough && event.command_revision() != message.events(count - 1).command_revision()) break;
      ++count;
    }
    return count;
  }

  // {"resumeToken":"…"}, of a checkpoint with "checkpoint":true.
  void PrintToken(v1::WatchEventsResponse message) {
    message.clear_events();
    std::string line;
    if (google::protobuf::util::MessageToJsonString(message, &line).ok()) {
      context_.streams().out << line << '\n';
    }
  }

  // Once for each outage, however often it is tried to resume. A watch that has not begun is given
  // up after a few attempts: nothing is promised of it.
  void TellOutage(const Error& error) {
    if (!began_ || outage_) return;
    outage_ = true;
    context_.Note(absl::StrCat("usher: The watch broke off and will be resumed: ", error.message));
  }

  void TellItGoesOn() {
    if (!outage_) return;
    outage_ = false;
    context_.Note("usher: The watch goes on; nothing was missed.");
  }

  void TellWhereToGoOn() {
    if (context_.json() || token_.empty()) return;
    context_.Note(absl::StrCat("To go on from here: usher event watch ",
                               options_.parent.empty() ? "" : ShortName(options_.parent) + " ",
                               "--resume ", token_));
  }

  Context& context_;
  const WatchCommandOptions& options_;
  const Interruption interruption_;
  int64_t printed_ = 0;
  // Whether --max left out a part of the last message.
  bool left_out_ = false;
  bool began_ = false;
  bool outage_ = false;
  std::string token_;
};

ExitCode Watch(Context& context, const WatchCommandOptions& options) {
  if (context.format() == OutputFormat::kJson) {
    return context.FailUsage(
        "-o json is one document, and a watch has no end: give -o jsonl, a line for each event.");
  }
  if (options.show_tokens && !context.json()) {
    return context.FailUsage("--show-tokens is for scripts: give -o jsonl along with it.");
  }
  return Watcher(context, options).Run();
}

}  // namespace

void AddEventWatch(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<WatchCommandOptions>();
  CLI::App* command = AddCommand(
      noun, "watch",
      "Prints each event as it happens, a line for each, until Ctrl-C. Where the connection is "
      "lost or the server restarted, it goes on behind the last event, without gap or repetition",
      {"usher event watch acme", "usher event watch acme/support --type session_started",
       "usher event watch acme --from-oldest --max 100 -o jsonl",
       "usher event watch acme -o jsonl --show-tokens    and --resume TOKEN the next time"});
  AddEventParent(command, options->parent);
  CLI::Option* resume =
      command
          ->add_option("--resume", options->resume,
                       "Behind this resume token; by default what comes from now on")
          ->type_name("TOKEN");
  command
      ->add_flag("--from-oldest", options->from_oldest,
                 "From the oldest event that is kept, and on")
      ->excludes(resume);
  command
      ->add_option_function<std::string>(
          "--max",
          [options](const std::string& text) { options->max = ParseNumber("--max", text); },
          "Ends behind the command that the Nth event is of")
      ->type_name("N");
  command->add_flag("--show-tokens", options->show_tokens,
                    "Behind the events of a command, a line with the resume token");
  AddEventTypes(command, options->types);
  OnSelected(commands, command, options, Watch);
}

}  // namespace usher::cli
