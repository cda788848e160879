#include "client/cli/doctor.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/cli/credentials.h"
#include "client/cli/exit_code.h"
#include "client/cli/server_certificate.h"
#include "client/cli/unreached.h"
#include "client/cli/words.h"
#include "grpc/health/v1/health.pb.h"
#include "storage/offline/backup_file.h"

namespace usher::cli {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr absl::Duration kCertificatePatience = absl::Seconds(5);
// Reading a whole database takes its time.
constexpr absl::Duration kIntegrityPatience = absl::Hours(1);
// Problems that are shown one by one.
constexpr int kProblemsShown = 10;

std::string Milliseconds(absl::Duration duration) {
  return absl::StrCat(std::max<int64_t>(1, absl::ToInt64Milliseconds(duration)), " ms");
}

class Doctor {
 public:
  Doctor(Context& context, bool deep)
      : context_(context), deep_(deep), times_("UTC", absl::Now()) {}

  Diagnosis Run() {
    reached_ = CheckServer();
    if (reached_) {
      CheckTls();
      if (CheckToken() && AskStatus()) {
        CheckClock();
        CheckVersions();
        CheckSchema();
        CheckDisk();
        CheckIntegrity();
      }
    } else {
      CheckTls();
    }
    return std::move(diagnosis_);
  }

 private:
  void Tell(std::string name, Verdict verdict, std::string found, std::string hint = "") {
    if (verdict == Verdict::kFailure && diagnosis_.code == ExitCode::kOk) {
      diagnosis_.code = ExitCode::kOther;
    }
    diagnosis_.checks.push_back({.name = std::move(name),
                                 .verdict = verdict,
                                 .found = std::move(found),
                                 .hint = std::move(hint)});
  }

  // Whether it was reached at all.
  bool CheckServer() {
    const absl::Time begin = absl::Now();
    const Result<HealthCheckResponse> health = context_.client().CheckHealth(HealthCheckRequest());
    const std::string& server = context_.client().options().server;
    if (!health.ok()) {
      diagnosis_.code = ExitCode::kUnavailable;
      const Error& error = health.error();
      const Unreached why = IsUnreached(error)
                                ? WhyUnreached(error, server, context_.client().options().tls)
                                : Unreached{absl::StrCat(server, ": ", error.message), ""};
      Tell("server", Verdict::kFailure, why.sentence, why.hint);
      return false;
    }
    const std::string reached =
        absl::StrCat(server, " answers in ", Milliseconds(absl::Now() - begin));
    if (health->status() == HealthCheckResponse::SERVING) {
      Tell("server", Verdict::kOk, reached);
    } else {
      diagnosis_.code = ExitCode::kUnavailable;
      Tell("server", Verdict::kFailure, absl::StrCat(reached, ", but does not serve"),
           "It is stopping, or its store refuses: its log says why.");
    }
    return true;
  }

  void CheckTls() {
    const ClientOptions& options = context_.client().options();
    if (!options.tls.enabled) {
      if (!reached_ && SpeaksTls(options)) return;
      if (IsLocal(options.server)) return Tell("tls", Verdict::kOk, "none, on this machine");
      return Tell("tls", Verdict::kWarning, "none: tokens cross the network in clear text",
                  "Give usherd a certificate, and --tls-ca here.");
    }
    const absl::StatusOr<ServerCertificate> certificate =
        AskForCertificate(options.server, options.tls, kCertificatePatience);
    if (absl::IsInvalidArgument(certificate.status()) || absl::IsNotFound(certificate.status())) {
      return Tell("tls", Verdict::kSkipped, std::string(certificate.status().message()));
    }
    if (!certificate.ok()) {
      return Tell("tls", Verdict::kFailure, std::string(certificate.status().message()),
                  "Does the server speak TLS? With --tls=false plaintext is spoken.");
    }
    // gRPC has the last word: what it trusts is not doubted here.
    if (!reached_ && !certificate->objection.empty()) {
      return Tell("tls", Verdict::kFailure,
                  absl::StrCat("the certificate of ", certificate->subject,
                               " is not trusted: ", certificate->objection));
    }
    const absl::Duration left = certificate->expire_time - times_.now();
    const std::string found =
        absl::StrCat("the certificate of ", certificate->subject,
                     left > absl::ZeroDuration() ? " expires " : " has expired ",
                     times_.AtWithZone(certificate->expire_time), " (",
                     times_.Distance(certificate->expire_time), ")");
    if (left > kCertificateWarning) return Tell("tls", Verdict::kOk, found);
    Tell("tls", left > absl::ZeroDuration() ? Verdict::kWarning : Verdict::kFailure, found,
         "Put a new one into its files: usherd takes it within seconds, without a restart.");
  }

  // Whether the server that does not answer in plaintext has a certificate; tells it.
  bool SpeaksTls(const ClientOptions& options) {
    const absl::StatusOr<ServerCertificate> certificate =
        AskForCertificate(options.server, options.tls, kCertificatePatience);
    if (!certificate.ok()) return false;
    Tell("tls", Verdict::kFailure,
         absl::StrCat("the server speaks TLS, with a certificate of ", certificate->subject,
                      ", and this client was not told to"));
    return true;
  }

  bool CheckToken() {
    const Result<v1::WhoAmIResponse> who = context_.client().WhoAmI(v1::WhoAmIRequest());
    if (!who.ok()) {
      if (diagnosis_.code == ExitCode::kOk) diagnosis_.code = ExitCodeOf(who.error());
      const TokenOrigin& origin = context_.token_origin();
      const bool refused = who.error().reason == v1::ERROR_REASON_INVALID_CREDENTIAL;
      Tell("token", Verdict::kFailure, refused ? TokenRefused(origin) : who.error().message,
           refused ? TokenHint(origin) : "");
      return false;
    }
    const v1::Token& token = who->token();
    is_operator_ = token.role() == v1::ROLE_OPERATOR;
    std::string found = absl::StrCat(Word(token.role()), " '", token.display_name(), "', ");
    if (!token.has_expire_time()) {
      Tell("token", Verdict::kOk, absl::StrCat(found, "which never expires"));
      return true;
    }
    const absl::Time expiry = FromProto(token.expire_time());
    absl::StrAppend(&found, "expires ", times_.AtWithZone(expiry), " (", times_.Distance(expiry),
                    ")");
    const bool soon = expiry - times_.now() < kTokenWarning;
    Tell("token", soon ? Verdict::kWarning : Verdict::kOk, found,
         soon ? "Make the next one in time: usher token create" : "");
    return true;
  }

  bool AskStatus() {
    asked_ = absl::Now();
    Result<v1::GetStatusResponse> status = context_.client().GetStatus(v1::GetStatusRequest());
    answered_ = absl::Now();
    if (!status.ok()) {
      Tell("status", Verdict::kFailure, status.error().message);
      return false;
    }
    status_ = *std::move(status);
    return true;
  }

  // The server read its clock between question and answer, nobody knows when.
  void CheckClock() {
    const absl::Time server = FromProto(status_.server_time());
    absl::Duration skew = absl::ZeroDuration();
    if (server < asked_) skew = server - asked_;
    if (server > answered_) skew = server - answered_;
    const absl::Duration size = absl::AbsDuration(skew);
    if (size <= kSkewWarning) return Tell("clock", Verdict::kOk, "as this machine's");
    Tell("clock", size < kSkewFailure ? Verdict::kWarning : Verdict::kFailure,
         absl::StrCat("the server's is ", absl::FormatDuration(absl::Trunc(size, absl::Seconds(1))),
                      skew > absl::ZeroDuration() ? " ahead of" : " behind", " this machine's"),
         "Let both be set by NTP: expiries and months go by the server's clock.");
  }

  void CheckVersions() {
    if (status_.version() == USHER_VERSION) {
      return Tell("versions", Verdict::kOk,
                  absl::StrCat("server and client are ", status_.version()));
    }
    Tell("versions", Verdict::kWarning,
         absl::StrCat("the server is ", status_.version(), ", this client ", USHER_VERSION),
         "They understand each other, but the older one does not know all of the newer one.");
  }

  void CheckSchema() {
    const int64_t version = status_.schema_version();
    if (version == 0) {
      return Tell("schema", Verdict::kSkipped,
                  absl::StrCat("a store of kind ", status_.store(), " has none"));
    }
    if (version <= storage::KnownSchemaVersion()) {
      return Tell("schema", Verdict::kOk, absl::StrCat("version ", version));
    }
    Tell("schema", Verdict::kWarning,
         absl::StrCat("version ", version, ", of which this client knows ",
                      storage::KnownSchemaVersion(), " only"),
         "It can't look into backups of this server: install the newer one.");
  }

  void CheckDisk() {
    if (!is_operator_) return SkipForRole("disk");
    const int64_t free_bytes = status_.disk_free_bytes();
    const std::string found = absl::StrCat("the database takes ", Bytes(status_.store_bytes()),
                                           ", ", Bytes(free_bytes), " are free");
    if (free_bytes < kDiskFreeNeeded) {
      return Tell("disk", Verdict::kFailure, found,
                  "A full disk refuses every change: make room for the data directory.");
    }
    if (free_bytes < status_.store_bytes() + kDiskFreeNeeded) {
      return Tell("disk", Verdict::kWarning, found,
                  "There is no room for the copy that a backup makes.");
    }
    Tell("disk", Verdict::kOk, found);
  }

  void CheckIntegrity() {
    if (!is_operator_ && deep_) {
      return Tell("integrity", Verdict::kSkipped,
                  "not checked, as --deep asks: only an operator's token may have it done",
                  "Give an operator's token, by --token-file FILE or USHER_TOKEN.");
    }
    if (!is_operator_) return SkipForRole("integrity");
    if (!deep_) {
      return Tell("integrity", Verdict::kSkipped, "not asked: --deep reads the whole database");
    }
    const Result<v1::CheckIntegrityResponse> report = context_.client().CheckIntegrity(
        v1::CheckIntegrityRequest(), {.timeout = kIntegrityPatience, .stop = {}});
    if (!report.ok()) {
      return Tell("integrity", Verdict::kFailure, report.error().message);
    }
    if (report->problems().empty()) {
      return Tell("integrity", Verdict::kOk,
                  absl::StrCat("nothing is wrong with ",
                               Count(report->applications_checked(), "application")));
    }
    int shown = 0;
    for (const std::string& problem : report->problems()) {
      if (shown++ == kProblemsShown) break;
      Tell("integrity", Verdict::kFailure, problem);
    }
    diagnosis_.checks.back().hint =
        report->problems_size() > kProblemsShown
            ? absl::StrCat("There are ", report->problems_size(),
                           " problems in all. Make a backup before anything else.")
            : "Make a backup before anything else, and keep the older ones.";
  }

  void SkipForRole(const std::string& name) {
    Tell(name, Verdict::kSkipped, "only an operator's token may ask");
  }

  Context& context_;
  const bool deep_;
  const Times times_;
  Diagnosis diagnosis_;
  bool reached_ = false;
  bool is_operator_ = false;
  v1::GetStatusResponse status_;
  // When this machine's clock asked for the status, and had it.
  absl::Time asked_;
  absl::Time answered_;
};

}  // namespace

Diagnosis Diagnose(Context& context, bool deep) { return Doctor(context, deep).Run(); }

}  // namespace usher::cli
