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

// Where less than that is left for the sentence that ends each row, it has lines of its own.
constexpr size_t kSentenceWidthMin = 24;
constexpr char kSentenceIndent[] = "    ";

using Cells = std::vector<std::string>;

bool IsClock(absl::string_view word) {
  return word.size() >= 3 && absl::ascii_isdigit(word[0]) && absl::ascii_isdigit(word[1]) &&
         word[2] == ':';
}

// The parts of a text between which it may be broken: its words, of which "2026-12-01 00:00" is
// one.
Cells WordsOf(const std::string& text) {
  Cells words;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!words.empty() && IsClock(word) && absl::ascii_isdigit(words.back().back())) {
      absl::StrAppend(&words.back(), " ", word);
    } else {
      words.emplace_back(word);
    }
  }
  return words;
}

size_t WidestOf(const Cells& texts) {
  size_t widest = 0;
  for (const std::string& text : texts) widest = std::max(widest, ColumnsOf(text));
  return widest;
}

// The same where there is no room for times either.
Cells PartsOf(const std::string& text) { return absl::StrSplit(text, ' '); }

// `text` in lines of at most `width` columns, broken between words, and within a time only where
// that is too wide; other words are never broken.
Cells Fold(const std::string& text, size_t width) {
  if (ColumnsOf(text) <= width) return {text};
  Cells lines;
  const Cells words = WordsOf(text);
  for (const std::string& word : WidestOf(words) <= width ? words : PartsOf(text)) {
    if (!lines.empty() && ColumnsOf(lines.back()) + 1 + ColumnsOf(word) <= width) {
      absl::StrAppend(&lines.back(), " ", word);
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

// The lines that the cells of a row take together.
std::vector<Cells> FoldRow(const Cells& row, const std::vector<size_t>& widths) {
  std::vector<Cells> lines;
  for (size_t column = 0; column < widths.size(); ++column) {
    const Cells folded = Fold(row[column], widths[column]);
    while (lines.size() < folded.size()) lines.emplace_back(widths.size(), kBlank);
    for (size_t i = 0; i < folded.size(); ++i) lines[i][column] = folded[i];
  }
  return lines;
}

// Takes from a column what is too much, as far as it may become narrow.
void Narrow(size_t& width, size_t least, size_t& excess) {
  const size_t taken = std::min(excess, width - std::min(width, least));
  width -= taken;
  excess -= taken;
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

void AddLine(libscols_table* table, const Cells& cells, bool is_heading = false) {
  libscols_line* line = Check(scols_table_new_line(table, nullptr));
  for (size_t i = 0; i < cells.size(); ++i) {
    Check(scols_line_set_data(line, i, cells[i].empty() ? kNone : cells[i].c_str()));
    if (is_heading && scols_table_colors_wanted(table) != 0) {
      Check(scols_cell_set_color(scols_line_get_cell(line, i), kHeadingColor));
    }
  }
}

Cells LinesOf(libscols_table* table) {
  char* text = nullptr;
  Check(scols_print_table_to_string(table, &text));
  const std::unique_ptr<char, decltype(&std::free)> owner(text, &std::free);
  Cells lines;
  // A left-aligned last column is filled up with blanks where a cell is short.
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    lines.emplace_back(absl::StripTrailingAsciiWhitespace(line));
  }
  return lines;
}

}  // namespace

Table::Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

void Table::AddRow(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

size_t Table::WidestOf(size_t column, Cells (*parts)(const std::string&)) const {
  size_t widest = 0;
  for (const Cells& row : rows_) widest = std::max(widest, cli::WidestOf(parts(row[column])));
  return widest;
}

std::vector<size_t> Table::Widths(size_t columns, size_t width) const {
  constexpr auto kWhole = [](const std::string& text) { return Cells{text}; };
  std::vector<size_t> cells;
  std::vector<size_t> widths;
  size_t total = 0;
  for (size_t i = 0; i < columns; ++i) {
    cells.push_back(WidestOf(i, kWhole));
    widths.push_back(std::max(cells[i], ColumnsOf(columns_[i].heading)));
    total += widths[i] + (i == 0 ? 0 : ColumnsOf(kGap));
  }
  if (width == 0 || total <= width) return widths;
  size_t excess = total - width;
  const auto least_of = [&](size_t i, Cells (*parts)(const std::string&)) {
    return std::max(WidestOf(i, parts), cli::WidestOf(PartsOf(columns_[i].heading)));
  };
  // What is missed least goes first: the width of headings, then of sentences, then of the rest.
  for (size_t i = 0; i < columns; ++i) {
    Narrow(widths[i], std::max(cells[i], cli::WidestOf(PartsOf(columns_[i].heading))), excess);
  }
  for (const bool folds : {true, false}) {
    for (size_t i = 0; i < columns; ++i) {
      if (columns_[i].folds == folds) Narrow(widths[i], least_of(i, WordsOf), excess);
    }
  }
  for (size_t i = columns; i-- > 0;) Narrow(widths[i], least_of(i, PartsOf), excess);
  return widths;
}

// Whether the last column is a sentence for which the others leave too little.
bool Table::EndsInSentencesBelow(size_t width) const {
  if (width == 0 || columns_.size() < 2 || !columns_.back().folds) return false;
  size_t others = 0;
  for (const size_t each : Widths(columns_.size() - 1, 0)) others += each + ColumnsOf(kGap);
  const size_t sentences = WidestOf(columns_.size() - 1, PartsOf);
  const size_t needed = std::max(kSentenceWidthMin, sentences);
  return others + needed > width;
}

void Table::Print(std::ostream& out, Look look, size_t width) const {
  const bool below = EndsInSentencesBelow(width);
  const size_t columns = columns_.size() - (below ? 1 : 0);
  const std::vector<size_t> widths = Widths(columns, width);
  Cells headings;
  for (const Column& column : columns_) headings.push_back(column.heading);
  const std::vector<Cells> heading_lines = FoldRow(headings, widths);
  const ScolsTable table = NewTable(look);
  for (size_t i = 0; i < columns; ++i) {
    AddColumn(table.get(), heading_lines[0][i], columns_[i].right);
  }
  for (size_t i = 1; i < heading_lines.size(); ++i) {
    AddLine(table.get(), heading_lines[i], /*is_heading=*/true);
  }
  std::vector<size_t> heights;
  for (const Cells& row : rows_) {
    const std::vector<Cells> lines = FoldRow(row, widths);
    for (const Cells& line : lines) AddLine(table.get(), line);
    heights.push_back(lines.size());
  }
  const Cells lines = LinesOf(table.get());
  size_t next = 0;
  const auto print = [&](size_t count) {
    for (; count > 0; --count) out << lines[next++] << '\n';
  };
  print(heading_lines.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    print(heights[i]);
    if (!below) continue;
    for (const std::string& line : Fold(rows_[i].back(), width - ColumnsOf(kSentenceIndent))) {
      out << kSentenceIndent << line << '\n';
    }
  }
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
  for (const std::string& line : LinesOf(table.get())) out << line << '\n';
}

}  // namespace usher::cli
