#include "client/cli/table.h"

#include <libsmartcols/libsmartcols.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cli/words.h"

namespace usher::cli {
namespace {

constexpr char kGap[] = "  ";
constexpr char kHeadingColor[] = "bold";

struct UnrefTable {
  void operator()(libscols_table* table) const { scols_unref_table(table); }
};
using ScolsTable = std::unique_ptr<libscols_table, UnrefTable>;

// libsmartcols fails for want of memory only.
void Check(int result) {
  if (result != 0) throw std::bad_alloc();
}

template <typename T>
T* Check(T* pointer) {
  if (pointer == nullptr) throw std::bad_alloc();
  return pointer;
}

// Too narrow a column would be a tower of words.
constexpr size_t kFoldedWidthMin = 24;

// `text` in lines of at most `width` columns, broken between words.
std::vector<std::string> Fold(const std::string& text, size_t width) {
  std::vector<std::string> lines;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    const size_t columns = ColumnsOf({word.data(), word.size()});
    if (!lines.empty() && ColumnsOf(lines.back()) + 1 + columns <= width) {
      absl::StrAppend(&lines.back(), " ", word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

ScolsTable NewTable(Look look) {
  ScolsTable table(Check(scols_new_table()));
  Check(scols_table_set_column_separator(table.get(), kGap));
  // Not cut to the terminal's width: a long table is wrapped by the terminal, and whole.
  Check(scols_table_set_termforce(table.get(), SCOLS_TERMFORCE_NEVER));
  const bool colors = look == Look::kTerminal && std::getenv("NO_COLOR") == nullptr;  // NOLINT
  Check(scols_table_enable_colors(table.get(), colors ? 1 : 0));
  return table;
}

void AddColumn(libscols_table* table, const std::string& heading, bool right) {
  libscols_column* column =
      Check(scols_table_new_column(table, heading.c_str(), 0, right ? SCOLS_FL_RIGHT : 0));
  if (scols_table_colors_wanted(table) != 0) {
    Check(scols_cell_set_color(scols_column_get_header(column), kHeadingColor));
  }
}

void AddLine(libscols_table* table, const std::vector<std::string>& cells) {
  libscols_line* line = Check(scols_table_new_line(table, nullptr));
  for (size_t i = 0; i < cells.size(); ++i) {
    Check(scols_line_set_data(line, i, cells[i].empty() ? kNone : cells[i].c_str()));
  }
}

void PrintScols(libscols_table* table, std::ostream& out) {
  char* text = nullptr;
  Check(scols_print_table_to_string(table, &text));
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  // A left-aligned last column is filled up with blanks where a cell is short.
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    out << absl::StripTrailingAsciiWhitespace(line) << '\n';
  }
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

std::vector<std::vector<std::string>> Table::Folded(size_t width) const {
  const auto folds = std::find_if(columns_.begin(), columns_.end(),
                                  [](const Column& column) { return column.folds; });
  if (folds == columns_.end() || width == 0) return rows_;
  const auto folded = static_cast<size_t>(folds - columns_.begin());
  size_t others = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (i == folded) continue;
    size_t widest = ColumnsOf(columns_[i].heading);
    for (const auto& row : rows_) widest = std::max(widest, ColumnsOf(row[i]));
    others += widest + ColumnsOf(kGap);
  }
  const size_t left = std::max(width > others ? width - others : 0, kFoldedWidthMin);
  std::vector<std::vector<std::string>> rows;
  for (const std::vector<std::string>& row : rows_) {
    rows.push_back(row);
    const std::vector<std::string> lines = Fold(row[folded], left);
    rows.back()[folded] = lines[0];
    for (size_t i = 1; i < lines.size(); ++i) {
      rows.emplace_back(columns_.size(), kBlank)[folded] = lines[i];
    }
  }
  return rows;
}

void Table::Print(std::ostream& out, Look look, size_t width) const {
  const ScolsTable table = NewTable(look);
  for (const Column& column : columns_) AddColumn(table.get(), column.heading, column.right);
  for (const std::vector<std::string>& row : Folded(width)) AddLine(table.get(), row);
  PrintScols(table.get(), out);
}

void Facts::Add(std::string label, std::string value) {
  facts_.emplace_back(std::move(label), std::move(value));
}

void Facts::Print(std::ostream& out, Look look) const {
  const ScolsTable table = NewTable(look);
  Check(scols_table_enable_noheadings(table.get(), 1));
  AddColumn(table.get(), "LABEL", /*right=*/false);
  AddColumn(table.get(), "VALUE", /*right=*/false);
  for (const auto& [label, value] : facts_) AddLine(table.get(), {label, value});
  PrintScols(table.get(), out);
}

}  // namespace usher::cli
