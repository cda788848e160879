// Table and Facts: what `usher` shows to people, laid out by libsmartcols.
//
// Not for a terminal: plain text without colours, never cut off, so that it can be piped. For a
// terminal: headings are bold unless NO_COLOR is set, and a column that folds goes on in lines
// below where the table would be wider than the terminal. An empty cell is shown as kNone. One
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
  // Numbers are aligned to the right. Sentences may fold; of a table's columns one at most.
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
  std::vector<std::vector<std::string>> Folded(size_t width) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
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
