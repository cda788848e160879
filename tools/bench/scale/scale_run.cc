#include "tools/bench/scale/scale_run.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "storage/sqlite/free_space.h"
#include "tools/bench/machine.h"
#include "tools/bench/scale/fill.h"
#include "tools/bench/scale/idle.h"
#include "tools/bench/scale/size_measurement.h"
#include "tools/bench/scale/storm.h"
#include "tools/bench/temporary_directory.h"

namespace usher::bench {
namespace {

constexpr int64_t kMib = int64_t{1024} * 1024;

bool HasStorm(const ScalePlan& plan) { return plan.storm_agents > 0; }

// Fills where there is no database yet, in a directory that is renamed once it is whole.
absl::Status MakeDatabase(const ScalePlan& plan, const Shape& shape, const std::string& data_dir) {
  if (std::filesystem::exists(data_dir)) return absl::OkStatus();
  const std::string unfinished = absl::StrCat(data_dir, ".unfinished");
  std::error_code error;
  std::filesystem::remove_all(unfinished, error);
  const absl::Time begun = absl::Now();
  const int64_t all = shape.applications + shape.asleep;
  absl::FPrintF(stderr, "filling %s\n", shape.name);
  absl::Time said = begun;
  absl::Status status = Fill(shape, unfinished, [all, &said](int64_t done) {
    constexpr absl::Duration kSayEvery = absl::Seconds(5);
    if (absl::Now() < said + kSayEvery) return;
    said = absl::Now();
    absl::FPrintF(stderr, "  %d of %d applications\n", done, all);
  });
  if (status.ok()) {
    absl::FPrintF(stderr, "  in %.0f s\n", absl::ToDoubleSeconds(absl::Now() - begun));
    if (plan.verify) {
      absl::FPrintF(stderr, "  asking every law of the rules of it\n");
      status = Verify(unfinished);
    }
  }
  if (!status.ok()) {
    std::filesystem::remove_all(unfinished, error);
    return status;
  }
  std::filesystem::rename(unfinished, data_dir, error);
  return error ? absl::InternalError(
                     absl::StrCat("cannot rename ", unfinished, ": ", error.message()))
               : absl::OkStatus();
}

absl::Status CheckRoom(const ScalePlan& plan, const std::string& directory) {
  const auto room = storage::FreeBytesBeside(absl::StrCat(directory, "/any"));
  if (!room.ok()) return room.status();
  const int64_t needed = DiskBytesOf(plan);
  absl::FPrintF(stderr, "the databases take up to %d MiB in %s, where %d MiB are free\n",
                needed / kMib, directory, *room / kMib);
  if (*room >= needed) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("there is no room for the databases in ",
                                                   directory,
                                                   ": choose another --dir, or smaller --sizes"));
}

// Measures one shape after the other; the first stays as what the others are compared with.
class Run {
 public:
  Run(const ScalePlan& plan, std::string directory)
      : plan_(plan), directory_(std::move(directory)) {
    *report_.mutable_machine() = ThisMachine();
  }

  absl::Status All() {
    if (plan_.fill_only) return FillAll();
    const auto empty = MeasureEmptyServer(plan_, directory_);
    if (!empty.ok()) return empty.status();
    empty_bytes_ = empty->bytes;
    if (empty->idle.has_value()) *report_.add_idle() = *empty->idle;
    for (const Shape& shape : plan_.shapes) {
      if (absl::Status status = MeasureShape(shape); !status.ok()) return status;
    }
    if (base_ != nullptr) {
      if (absl::Status status = Finish(*base_, *base_book_); !status.ok()) return status;
    }
    return HasStorm(plan_) ? Storm() : absl::OkStatus();
  }

  v1::ScaleReport TakeReport() { return std::move(report_); }

 private:
  std::string DirectoryOf(const Shape& shape) const {
    return absl::StrCat(directory_, "/", shape.applications, "-of-", shape.licenses_per_application,
                        "-", shape.agents_per_application);
  }

  absl::Status FillAll() {
    for (const Shape& shape : plan_.shapes) {
      if (absl::Status status = MakeDatabase(plan_, shape, DirectoryOf(shape)); !status.ok()) {
        return status;
      }
    }
    const Shape storm = StormShape(plan_);
    return HasStorm(plan_) ? MakeDatabase(plan_, storm, DirectoryOf(storm)) : absl::OkStatus();
  }

  absl::Status MeasureShape(const Shape& shape) {
    const std::string data_dir = DirectoryOf(shape);
    if (absl::Status status = MakeDatabase(plan_, shape, data_dir); !status.ok()) return status;
    absl::FPrintF(stderr, "measuring %s\n", shape.name);
    auto book = std::make_unique<Book>(shape);
    v1::SizeFigures& figures = *report_.add_sizes();
    figures.set_name(shape.name);
    figures.set_licenses(shape.applications * shape.licenses_per_application);
    figures.set_applications(shape.applications);
    figures.set_agents(shape.agents());
    auto served = MeasureStart(plan_, data_dir, empty_bytes_, book.get(), figures);
    if (!served.ok()) return served.status();
    absl::Status status = MeasureRate(plan_, **served, base_.get(), figures);
    if (!status.ok()) return status;
    if (base_ == nullptr) {
      base_ = *std::move(served);
      base_book_ = std::move(book);
      return absl::OkStatus();
    }
    return Finish(**served, *book);
  }

  // The last of a database: what it looks like when nobody calls, whether it says what was
  // acknowledged, and its end.
  absl::Status Finish(Served& served, const Book& book) {
    const Shape& shape = book.shape();
    if (plan_.idle > absl::ZeroDuration()) {
      absl::FPrintF(stderr, "looking on while nobody calls %s\n", shape.name);
      const auto idle = MeasureIdle(served.process(), shape.agents(), plan_.idle);
      if (!idle.ok()) return idle.status();
      *report_.add_idle() = *idle;
    }
    absl::Status status = CheckSomeSessions(served);
    if (status.ok()) status = served.Stop();
    if (status.ok() && plan_.keep.empty()) {
      std::error_code ignored;
      std::filesystem::remove_all(DirectoryOf(shape), ignored);
    }
    return status;
  }

  absl::Status Storm() {
    const Shape shape = StormShape(plan_);
    const std::string data_dir = DirectoryOf(shape);
    if (absl::Status status = MakeDatabase(plan_, shape, data_dir); !status.ok()) return status;
    absl::FPrintF(stderr, "measuring %d agents who log in at once\n", plan_.storm_agents);
    const auto figures = MeasureStorm(plan_, data_dir);
    if (!figures.ok()) return figures.status();
    *report_.mutable_storm() = *figures;
    // Its agents have logged in, so it is of no use any more.
    std::error_code ignored;
    std::filesystem::remove_all(data_dir, ignored);
    return absl::OkStatus();
  }

  const ScalePlan& plan_;
  const std::string directory_;
  v1::ScaleReport report_;
  int64_t empty_bytes_ = 0;
  std::unique_ptr<Book> base_book_;
  std::unique_ptr<Served> base_;
};

}  // namespace

int64_t DiskBytesOf(const ScalePlan& plan) {
  int64_t bytes = 0;
  for (const Shape& shape : plan.shapes) bytes += BytesOf(shape);
  if (!HasStorm(plan)) return bytes;
  Shape storm = StormShape(plan);
  storm.agents_per_application = plan.storm_agents;
  return bytes + BytesOf(storm);
}

absl::StatusOr<v1::ScaleReport> RunScale(const ScalePlan& plan) {
  std::optional<TemporaryDirectory> temporary;
  std::string directory = plan.keep;
  if (directory.empty()) {
    auto made = TemporaryDirectory::CreateIn(plan.directory);
    if (!made.ok()) return made.status();
    temporary.emplace(*std::move(made));
    directory = temporary->path();
  }
  if (absl::Status status = CheckRoom(plan, directory); !status.ok()) return status;
  Run run(plan, directory);
  if (absl::Status status = run.All(); !status.ok()) return status;
  return run.TakeReport();
}

}  // namespace usher::bench
