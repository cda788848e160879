// usher backup create|verify|restore
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/backup_create.h"
#include "client/cli/backup_facts.h"
#include "client/cli/commands.h"
#include "client/cli/digest.h"
#include "storage/offline/restore.h"

namespace usher::cli {
namespace {

constexpr size_t kDigestDigits = 64;

struct VerifyOptions {
  std::string file;
  std::string sha256;
};

struct RestoreOptions {
  std::string file;
  std::string sha256;
  std::string data_dir;
  bool force = false;
};

// The digest of the file; kDataLoss where another one is expected.
absl::StatusOr<std::string> CheckDigest(const std::string& file, const std::string& expected) {
  absl::StatusOr<std::string> digest = DigestOfFile(file);
  if (!digest.ok() || expected.empty() || *digest == expected) return digest;
  return absl::DataLossError(absl::StrCat(file, " is not the file that was meant: its SHA-256 is ",
                                          *digest, ", not ", expected, "."));
}

ExitCode Verify(Context& context, const VerifyOptions& options) {
  absl::StatusOr<storage::BackupFacts> facts = storage::CheckBackupFile(options.file);
  if (!facts.ok()) return FailLocally(context, facts.status());
  absl::StatusOr<std::string> digest = CheckDigest(options.file, options.sha256);
  if (!digest.ok()) return FailLocally(context, digest.status());
  return PrintReport(context, {.file = options.file,
                               .facts = *std::move(facts),
                               .sha256 = *std::move(digest),
                               .snapshot_time = {},
                               .data_dir = {},
                               .moved_to = {}});
}

void TellWhatToDo(Context& context) {
  context.Note("It is another database now: watches can't be resumed from before, and what came");
  context.Note("after the backup is not in it, revocations of tokens among it.");
}

ExitCode Restore(Context& context, const RestoreOptions& options) {
  std::string digest;
  if (!options.sha256.empty()) {
    absl::StatusOr<std::string> checked = CheckDigest(options.file, options.sha256);
    if (!checked.ok()) return FailLocally(context, checked.status());
    digest = *std::move(checked);
  }
  absl::StatusOr<storage::Restored> restored = storage::RestoreBackup(
      {.file = options.file, .data_dir = options.data_dir, .replace = options.force});
  if (!restored.ok()) {
    const ExitCode code = FailLocally(context, restored.status());
    if (absl::IsAlreadyExists(restored.status()) && !options.force) {
      context.Note("hint: --force moves it aside.");
    }
    return code;
  }
  const ExitCode code = PrintReport(context, {.file = options.file,
                                              .facts = restored->facts,
                                              .sha256 = digest,
                                              .snapshot_time = {},
                                              .data_dir = options.data_dir,
                                              .moved_to = restored->moved_to});
  TellWhatToDo(context);
  return code;
}

CLI::Option* AddFile(CLI::App* command, std::string& file, const std::string& description) {
  return command->add_option("FILE", file, description)->type_name("")->required();
}

void AddDigest(CLI::App* command, std::string& digest) {
  command
      ->add_option_function<std::string>(
          "--sha256",
          [&digest](const std::string& text) {
            digest = absl::AsciiStrToLower(text);
            if (digest.size() != kDigestDigits ||
                digest.find_first_not_of("0123456789abcdef") != std::string::npos) {
              RefuseValue("--sha256",
                          "must be 64 hexadecimal digits, as 'backup create' shows them", text);
            }
          },
          "What 'backup create' showed: another file is refused")
      ->type_name("DIGEST");
}

void AddCreate(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<BackupCreateOptions>();
  CLI::App* command = AddCommand(
      noun, "create",
      "Writes a backup of the server's database to a file, while it serves. The file is there when "
      "it is whole, checked and on the disk. Needs an operator's token",
      {"usher backup create /backup/usher-2026-11-25.db", "usher backup create --force usher.db"});
  AddFile(command, options->file, "Where to write it; FILE.partial until it is whole");
  command->add_flag("--force", options->force, "Replaces a file that is there");
  OnSelected(commands, command, options, CreateBackup);
}

void AddVerify(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = AddCommand(
      noun, "verify",
      "Checks a backup in a file, and shows what is in it. Needs no server and alters nothing",
      {"usher backup verify /backup/usher-2026-11-25.db"});
  AddFile(command, options->file, "The backup");
  AddDigest(command, options->sha256);
  OnSelectedAlone(commands, command, options, Verify);
}

void AddRestore(Commands& commands, CLI::App& noun) {
  auto options = std::make_shared<RestoreOptions>();
  CLI::App* command = AddCommand(
      noun, "restore",
      "Makes a data directory of a backup, for usherd to be started on. Needs no server, and none "
      "may be at work on that directory. The restored database has an id of its own",
      {"usher backup restore /backup/usher-2026-11-25.db --data-dir /var/lib/usher",
       "usher backup restore usher.db --data-dir /var/lib/usher --force"});
  AddFile(command, options->file, "The backup");
  command->add_option("--data-dir", options->data_dir, "Where to; made where it is not there")
      ->type_name("DIR")
      ->required();
  AddDigest(command, options->sha256);
  command->add_flag("--force", options->force, "Moves a database that is there aside");
  OnSelectedAlone(commands, command, options, Restore);
}

}  // namespace

void AddBackupCommands(Commands& commands) {
  CLI::App* noun = AddNoun(commands, "backup", "Backups of the server's database");
  AddCreate(commands, *noun);
  AddVerify(commands, *noun);
  AddRestore(commands, *noun);
}

}  // namespace usher::cli
