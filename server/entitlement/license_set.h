// LicenseSet: ids of licenses with their expire_times, in the order of these and then of the ids.
//
// Licenses that were bought together have ids in a row and expire together: a row is kept as one,
// so that what millions of licenses take here is a few entries. `Order` says which expire_time
// comes first. A plain value; equality is by content. One thread at a time.
#pragma once

#include <cstddef>
#include <iterator>

#include "absl/container/btree_map.h"
#include "entitlement/ids.h"
#include "entitlement/instant.h"

namespace usher::entitlement {

template <typename Order>
class LicenseSet {
 private:
  // The first of a row; what it maps to is the last.
  struct Head {
    Instant expire_time;
    LicenseId id;

    friend bool operator==(const Head&, const Head&) = default;
    friend bool operator<(const Head& a, const Head& b) {
      return a.expire_time != b.expire_time ? Order()(a.expire_time, b.expire_time) : a.id < b.id;
    }
  };
  using Rows = absl::btree_map<Head, LicenseId>;

 public:
  struct value_type {
    Instant expire_time;
    LicenseId id;
  };

  class const_iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = LicenseSet::value_type;
    using difference_type = std::ptrdiff_t;
    using pointer = const value_type*;
    using reference = value_type;

    const_iterator() = default;
    const_iterator(typename Rows::const_iterator row, typename Rows::const_iterator end)
        : row_(row), end_(end) {
      StartRow();
    }

    reference operator*() const { return at_; }
    pointer operator->() const { return &at_; }
    const_iterator& operator++() {
      if (at_.id < row_->second) {
        at_.id = at_.id.next();
      } else {
        ++row_;
        StartRow();
      }
      return *this;
    }
    friend bool operator==(const const_iterator& a, const const_iterator& b) {
      return a.row_ == b.row_ && (a.row_ == a.end_ || a.at_.id == b.at_.id);
    }

   private:
    void StartRow() {
      if (row_ != end_) at_ = {row_->first.expire_time, row_->first.id};
    }

    typename Rows::const_iterator row_;
    typename Rows::const_iterator end_;
    value_type at_;
  };

  bool empty() const { return rows_.empty(); }
  void clear() { rows_.clear(); }
  const_iterator begin() const { return {rows_.begin(), rows_.end()}; }
  const_iterator end() const { return {rows_.end(), rows_.end()}; }

  // Nothing happens where it is in the set.
  void Insert(Instant expire_time, LicenseId id) {
    auto next = rows_.upper_bound({expire_time, id});
    if (next != rows_.begin() && Has(*std::prev(next), expire_time, id)) return;
    LicenseId last = id;
    if (next != rows_.end() && next->first == Head{expire_time, id.next()}) {
      last = next->second;
      next = rows_.erase(next);
    }
    if (next != rows_.begin()) {
      const auto before = std::prev(next);
      if (before->first.expire_time == expire_time && before->second.next() == id) {
        before->second = last;
        return;
      }
    }
    rows_.emplace_hint(next, Head{expire_time, id}, last);
  }

  // Nothing happens where it is not in the set.
  void Erase(Instant expire_time, LicenseId id) {
    const auto behind = rows_.upper_bound({expire_time, id});
    if (behind == rows_.begin()) return;
    const auto row = std::prev(behind);
    if (!Has(*row, expire_time, id)) return;
    const LicenseId first = row->first.id;
    const LicenseId last = row->second;
    if (first == id) {
      rows_.erase(row);
    } else {
      row->second = LicenseId(id.value() - 1);
    }
    if (id < last) rows_.emplace(Head{expire_time, id.next()}, last);
  }

  friend bool operator==(const LicenseSet& a, const LicenseSet& b) { return a.rows_ == b.rows_; }

 private:
  // Whether the license is in the row, which doesn't begin behind it.
  static bool Has(const typename Rows::value_type& row, Instant expire_time, LicenseId id) {
    return row.first.expire_time == expire_time && id <= row.second;
  }

  Rows rows_;
};

}  // namespace usher::entitlement
