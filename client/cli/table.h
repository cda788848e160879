// Table and Facts: what `usher` shows to people, laid out by libsmartcols.
//
// Not for a terminal: plain text without colours, never cut off, so that it can be piped. For a
// terminal: headings are bold unless NO_COLOR is set, and where the table would be wider than the
// terminal, its cells go on in lines below. They are broken between words only, headings and
// sentences first, and a time only where nothing else is left. An empty cell is shown as kNone. One
// thread at a time.
#pragma once

#include <cstddef>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace usher::cli {

// A cell in which nothing is to be seen, not even kNone.
inline constexpr char kBlank[] = " ";

// How what is printed will be looked at.
enum class Look { kPlain, kTerminal };

class Table {
 public:
  // Numbers are aligned to the right. Sentences fold before the rest; those of the last column have
  // lines of their own, below their row, where little is left for them.
  struct Column {
    std::string heading;
    bool right = false;
    bool folds = false;
  };

  explicit Table(std::vector<Column> columns);

  // One cell for each column, in their order.
  void AddRow(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  // `width` is the terminal's, in columns; 0 never folds.
  void Print(std::ostream& out, Look look, size_t width = 0) const;

 private:
  using Cells = std::vector<std::string>;

  // The widest part of a column's cells.
  size_t WidestOf(size_t column, Cells (*parts)(const std::string&)) const;
  // Of the first `columns`, so that they fit into `width` if they can.
  std::vector<size_t> Widths(size_t columns, size_t width) const;
  bool EndsInSentencesBelow(size_t width) const;

  std::vector<Column> columns_;
  std::vector<Cells> rows_;
};

// One thing's properties, a line for each: "Trial  ends 2026-12-09 10:14".
class Facts {
 public:
  void Add(std::string label, std::string value);

  void Print(std::ostream& out, Look look) const;

 private:
  std::vector<std::pair<std::string, std::string>> facts_;
};

}  // namespace usher::cli
