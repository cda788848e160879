#include "server/settings.h"

#include <algorithm>
#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "server/catalog_file.h"

namespace usher {
namespace {

constexpr char kDefaultOrigin[] = "default";
constexpr std::string_view kEnvironmentPrefix = "USHER_";
// No settings of the server: where its file is, and what the command line reads.
constexpr std::string_view kOtherVariables[] = {kConfigVariable, "USHER_CONTEXT", "USHER_SERVER",
                                                "USHER_TLS_CA", "USHER_TOKEN"};
// Where the origins stand in the printed file.
constexpr size_t kOriginColumn = 44;

constexpr absl::Duration kDay = absl::Hours(24);
constexpr absl::Duration kLongest = absl::Hours(24 * 36'500);

constexpr std::array<std::pair<std::string_view, entitlement::VoicePeriod>, 2> kVoicePeriods = {{
    {"month", entitlement::VoicePeriod::kMonth},
    {"anniversary", entitlement::VoicePeriod::kAnniversary},
}};

constexpr std::array<std::pair<std::string_view, observe::LogFormat>, 2> kLogFormats = {{
    {"text", observe::LogFormat::kText},
    {"json", observe::LogFormat::kJson},
}};
constexpr std::array<std::pair<std::string_view, observe::LogLevel>, 4> kLogLevels = {{
    {"debug", observe::LogLevel::kDebug},
    {"info", observe::LogLevel::kInfo},
    {"warning", observe::LogLevel::kWarning},
    {"error", observe::LogLevel::kError},
}};

template <typename List, typename Value>
bool Contains(const List& list, const Value& value) {
  return std::ranges::find(list, value) != std::ranges::end(list);
}

absl::string_view Absl(std::string_view text) { return {text.data(), text.size()}; }

std::string Quoted(std::string_view text) {
  return absl::StrCat("\"", absl::StrReplaceAll(Absl(text), {{"\\", "\\\\"}, {"\"", "\\\""}}),
                      "\"");
}

// "USHER_POLICY_TRIAL_DAYS" of "policy.trial_days".
std::string VariableOf(std::string_view name) {
  return absl::StrCat(Absl(kEnvironmentPrefix),
                      absl::AsciiStrToUpper(absl::StrReplaceAll(Absl(name), {{".", "_"}})));
}

// What Kubernetes tells every container of a service whose name begins with "usher":
// USHER_SERVICE_HOST=10.0.0.9, USHER_PORT=tcp://10.0.0.9:7600, USHER_PORT_7600_TCP_PROTO=tcp.
bool IsOfAService(std::string_view variable, std::string_view value) {
  for (const char* part : {"_SERVICE_HOST", "_SERVICE_PORT", "_TCP", "_UDP"}) {
    if (absl::StrContains(Absl(variable), part)) return true;
  }
  return value.starts_with("tcp://") || value.starts_with("udp://");
}

std::string SectionOf(std::string_view name) {
  const size_t dot = name.rfind('.');
  return dot == std::string_view::npos ? "" : std::string(name.substr(0, dot));
}

}  // namespace

std::string DurationText(absl::Duration duration) {
  if (duration != absl::ZeroDuration() && duration % kDay == absl::ZeroDuration()) {
    return absl::StrCat(duration / kDay, "d");
  }
  return absl::FormatDuration(duration);
}

bool ParseDurationText(std::string_view text, absl::Duration* duration) {
  const std::string_view days = text.substr(0, text.size() - (text.ends_with('d') ? 1 : 0));
  int64_t count = 0;
  if (days.size() < text.size() && days.find_first_not_of("0123456789") == days.npos &&
      absl::SimpleAtoi(Absl(days), &count)) {
    *duration = count * kDay;
    return true;
  }
  return absl::ParseDuration(std::string(text), duration);
}

Settings::Settings(ServerOptions* options) : options_(options), catalog_origin_(kDefaultOrigin) {
  AddText("data_dir", &options->data_dir);
  AddText("listen", &options->listen);
  AddFlag("allow_plaintext", &options->allow_plaintext);
  AddText("http.listen", &options->http_listen);
  AddFlag("http.allow_plaintext", &options->http_allow_plaintext);
  AddText("tls.certificate", &options->tls.certificate);
  AddText("tls.key", &options->tls.key);
  AddText("tls.client_ca", &options->tls.client_ca);
  AddChoice("log.format", &options->log.format, kLogFormats);
  AddChoice("log.level", &options->log.level, kLogLevels);
  AddInteger("limits.commands_in_flight", &options->in_flight_max, 1, 1'000'000);
  AddInteger("limits.watchers_per_account", &options->watch.watchers_per_account_max, 0, 100'000);
  AddInteger("limits.watchers", &options->watch.watchers_max, 0, 100'000);
  AddPolicy();
}

void Settings::AddPolicy() {
  entitlement::Policy& policy = options_->policy;
  AddInteger("policy.trial_days", &policy.trial_days, 0, 3650);
  AddInteger("policy.trial_agent_licenses", &policy.trial_agent_licenses, 0, 10'000);
  AddTrialsPerAccount();
  AddInteger("policy.resets_per_month", &policy.resets_per_month, 0, 1000);
  AddDuration("policy.drain_period", &policy.drain_period, absl::ZeroDuration(), kDay);
  AddDuration("policy.renewal_grace", &policy.renewal_grace, absl::ZeroDuration(), kLongest);
  AddDuration("policy.ended_session_memory", &policy.ended_session_memory, absl::Minutes(1),
              30 * kDay);
  AddDuration("policy.request_id_memory", &policy.request_id_memory, kDay, 365 * kDay);
  AddChoice("policy.voice_period", &policy.voice_period, kVoicePeriods);
  AddInteger("policy.additional_minutes_months", &policy.additional_minutes_months, 1, 120);
  AddDuration("policy.ended_call_memory", &policy.ended_call_memory, absl::Hours(1), 30 * kDay);
  AddDuration("policy.journal_retention", &policy.journal_retention, kDay, kLongest);
  AddTtl("policy.session_ttl", &policy.session_ttl);
  AddTtl("policy.phone_ttl", &policy.phone_ttl);
  AddTtl("policy.call_ttl", &policy.call_ttl);
}

void Settings::AddText(const std::string& name, std::string* value) {
  settings_.push_back({.name = name,
                       .kind = Kind::kText,
                       .read =
                           [value](std::string_view text) {
                             *value = std::string(text);
                             return std::string();
                           },
                       .show = [value] { return Quoted(*value); },
                       .origin = kDefaultOrigin});
}

void Settings::AddFlag(const std::string& name, bool* value) {
  settings_.push_back({.name = name,
                       .kind = Kind::kFlag,
                       .read = [value](std::string_view text) -> std::string {
                         if (text != "true" && text != "false") return "must be true or false";
                         *value = text == "true";
                         return "";
                       },
                       .show = [value] { return std::string(*value ? "true" : "false"); },
                       .origin = kDefaultOrigin});
}

template <typename Integer>
void Settings::AddInteger(const std::string& name, Integer* value, int64_t min, int64_t max) {
  settings_.push_back({.name = name,
                       .kind = Kind::kInteger,
                       .read = [value, min, max](std::string_view text) -> std::string {
                         int64_t number = 0;
                         if (!absl::SimpleAtoi(Absl(text), &number) || number < min ||
                             number > max) {
                           return absl::StrCat("must be a whole number from ", min, " to ", max);
                         }
                         *value = static_cast<Integer>(number);
                         return "";
                       },
                       .show = [value] { return absl::StrCat(*value); },
                       .origin = kDefaultOrigin});
}

void Settings::AddDuration(const std::string& name, absl::Duration* value, absl::Duration min,
                           absl::Duration max) {
  settings_.push_back({.name = name,
                       .kind = Kind::kText,
                       .read = [value, min, max](std::string_view text) -> std::string {
                         absl::Duration duration;
                         if (!ParseDurationText(text, &duration) || duration < min ||
                             duration > max) {
                           return absl::StrCat("must be a duration from ", DurationText(min),
                                               " to ", DurationText(max), ", such as 90s or 30d");
                         }
                         *value = duration;
                         return "";
                       },
                       .show = [value] { return Quoted(DurationText(*value)); },
                       .origin = kDefaultOrigin});
}

void Settings::AddTtl(const std::string& name, entitlement::TtlBounds* bounds) {
  AddDuration(name + ".default", &bounds->fallback, absl::Seconds(1), 7 * kDay);
  AddDuration(name + ".min", &bounds->min, absl::Seconds(1), 7 * kDay);
  AddDuration(name + ".max", &bounds->max, absl::Seconds(1), 7 * kDay);
}

void Settings::AddTrialsPerAccount() {
  constexpr int kMost = 10'000;
  std::optional<int>* const value = &options_->policy.trials_per_account;
  settings_.push_back(
      {.name = "policy.trials_per_account",
       .kind = Kind::kText,
       .read = [value](std::string_view text) -> std::string {
         int number = 0;
         if (text == "unlimited") {
           value->reset();
         } else if (absl::SimpleAtoi(Absl(text), &number) && number >= 0 && number <= kMost) {
           *value = number;
         } else {
           return absl::StrCat("must be \"unlimited\", or from \"0\" to \"", kMost, "\"");
         }
         return "";
       },
       .show =
           [value] {
             return Quoted(value->has_value() ? absl::StrCat(**value) : std::string("unlimited"));
           },
       .origin = kDefaultOrigin});
}

template <typename Value, size_t Size>
void Settings::AddChoice(const std::string& name, Value* value,
                         const std::array<std::pair<std::string_view, Value>, Size>& choices) {
  settings_.push_back({.name = name,
                       .kind = Kind::kText,
                       .read = [value, &choices](std::string_view text) -> std::string {
                         std::string names;
                         for (size_t i = 0; i < Size; ++i) {
                           if (choices[i].first == text) {
                             *value = choices[i].second;
                             return "";
                           }
                           const char* const comma = i == 0 ? "" : i + 1 == Size ? " or " : ", ";
                           absl::StrAppend(&names, comma, Quoted(choices[i].first));
                         }
                         return absl::StrCat("must be ", names);
                       },
                       .show = [value, &choices]() -> std::string {
                         for (const auto& [text, choice] : choices) {
                           if (choice == *value) return Quoted(text);
                         }
                         return Quoted("");
                       },
                       .origin = kDefaultOrigin});
}

Settings::Setting* Settings::Find(std::string_view name) {
  const auto found = std::find_if(settings_.begin(), settings_.end(),
                                  [name](const Setting& setting) { return setting.name == name; });
  return found == settings_.end() ? nullptr : &*found;
}

absl::Status Settings::ReadEnvironment(const char* const* variables) {
  for (const char* const* each = variables; *each != nullptr; ++each) {
    const std::string_view text = *each;
    const size_t equals = text.find('=');
    if (!text.starts_with(kEnvironmentPrefix) || equals == std::string_view::npos) continue;
    const std::string variable(text.substr(0, equals));
    const std::string_view value = text.substr(equals + 1);
    const auto found = std::find_if(settings_.begin(), settings_.end(), [&](const Setting& one) {
      return VariableOf(one.name) == variable;
    });
    if (found != settings_.end()) {
      if (absl::Status status = Set(found->name, value, variable); !status.ok()) return status;
    } else if (!Contains(kOtherVariables, variable) && !IsOfAService(variable, value)) {
      return absl::InvalidArgumentError(absl::StrCat(
          variable, ": there is no setting of that name (man usherd.toml has them all)"));
    }
  }
  return absl::OkStatus();
}

absl::Status Settings::Set(std::string_view name, std::string_view value,
                           const std::string& origin) {
  Setting* setting = Find(name);
  if (setting == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(origin, ": there is no setting ", Absl(name)));
  }
  if (const std::string fault = setting->read(value); !fault.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(origin, ": ", setting->name, " ", fault, "; '", Absl(value), "' is not"));
  }
  setting->origin = origin;
  return absl::OkStatus();
}

absl::Status Settings::SetPair(std::string_view pair, const std::string& origin) {
  const size_t equals = pair.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(origin, " needs NAME=VALUE; '", Absl(pair), "' is not"));
  }
  return Set(pair.substr(0, equals), pair.substr(equals + 1), origin);
}

absl::Status Settings::Validate() const {
  const entitlement::Policy& policy = options_->policy;
  const std::pair<const char*, const entitlement::TtlBounds*> ttls[] = {
      {"policy.session_ttl", &policy.session_ttl},
      {"policy.phone_ttl", &policy.phone_ttl},
      {"policy.call_ttl", &policy.call_ttl}};
  for (const auto& [name, bounds] : ttls) {
    if (bounds->min > bounds->fallback || bounds->fallback > bounds->max) {
      const std::string prefix = absl::StrCat(name, ".");
      return Refuse({prefix + "default", prefix + "min", prefix + "max"},
                    absl::StrCat(name, " must have min ≤ default ≤ max; ",
                                 DurationText(bounds->min), ", ", DurationText(bounds->fallback),
                                 " and ", DurationText(bounds->max), " are not"));
    }
  }
  if (options_->data_dir.empty()) {
    return Refuse({"data_dir"}, "data_dir (--data-dir) must not be empty");
  }
  if (absl::Status status = ValidateTls(); !status.ok()) return status;
  if (absl::Status status = CheckCatalog(options_->catalog); !status.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(catalog_origin_, ": ", status.message()));
  }
  if (absl::Status status = CheckListen(*options_); !status.ok()) {
    return Refuse({"listen", "allow_plaintext"}, status.message());
  }
  if (absl::Status status = CheckHttpListen(*options_); !status.ok()) {
    return Refuse({"http.listen", "http.allow_plaintext"}, status.message());
  }
  return absl::OkStatus();
}

absl::Status Settings::ValidateTls() const {
  const auth::TlsFiles& tls = options_->tls;
  if (tls.certificate.empty() != tls.key.empty()) {
    return Refuse(
        {"tls.certificate", "tls.key"},
        "tls.certificate and tls.key (--tls-cert, --tls-key) go together: only one is given");
  }
  if (!tls.client_ca.empty() && tls.certificate.empty()) {
    return Refuse({"tls.client_ca"},
                  "tls.client_ca (--tls-client-ca) needs tls.certificate and tls.key "
                  "(--tls-cert, --tls-key)");
  }
  return absl::OkStatus();
}

absl::Status Settings::Refuse(const std::vector<std::string>& names, absl::string_view what) const {
  std::vector<std::string> places;
  for (const Setting& setting : settings_) {
    const bool said = setting.origin != kDefaultOrigin && Contains(names, setting.name);
    if (said && !Contains(places, setting.origin)) places.push_back(setting.origin);
  }
  const std::string where = absl::StrJoin(places, ", ");
  // What is wrong with an address begins with its option.
  if (absl::StartsWith(what, where)) return absl::InvalidArgumentError(what);
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

std::string Settings::Print() const {
  std::string text;
  std::string section;
  for (const Setting& setting : settings_) {
    if (const std::string of = SectionOf(setting.name); of != section) {
      section = of;
      absl::StrAppend(&text, "\n[", section, "]\n");
    }
    const size_t key = section.empty() ? 0 : section.size() + 1;
    std::string line = absl::StrCat(setting.name.substr(key), " = ", setting.show());
    if (line.size() < kOriginColumn) line.resize(kOriginColumn, ' ');
    absl::StrAppend(&text, line, "  # ", setting.origin, "\n");
  }
  absl::StrAppend(&text, "\n# The catalog: ", catalog_origin_, CatalogText(options_->catalog));
  return text;
}

}  // namespace usher
