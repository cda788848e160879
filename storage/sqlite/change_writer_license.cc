#include "storage/sqlite/change_writer.h"
#include "storage/sqlite/error.h"

namespace usher::storage {
namespace {

using entitlement::ApplicationNo;
using entitlement::Change;

absl::Status WriteSubscription(Database& database, ApplicationNo application,
                               const entitlement::Subscription& subscription) {
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO subscription (application_no, subscription_id, product, edition, units,"
      " start_time, months, expire_time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
      " ON CONFLICT (application_no, subscription_id) DO UPDATE SET"
      " product = excluded.product, edition = excluded.edition, units = excluded.units,"
      " start_time = excluded.start_time, months = excluded.months,"
      " expire_time = excluded.expire_time",
      application, subscription.id, subscription.product, subscription.edition, subscription.units,
      subscription.start_time, subscription.months, subscription.expire_time));
  USHER_RETURN_IF_ERROR(
      database.Run("DELETE FROM add_on WHERE application_no = ? AND subscription_id = ?",
                   application, subscription.id));
  int add_on_no = 0;
  for (const entitlement::AddOn& add_on : subscription.add_ons) {
    USHER_RETURN_IF_ERROR(database.Run(
        "INSERT INTO add_on (application_no, subscription_id, add_on_no, product, quantity,"
        " expire_time) VALUES (?, ?, ?, ?, ?, ?)",
        application, subscription.id, ++add_on_no, add_on.product, add_on.quantity,
        add_on.expire_time));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Write(Database& database, const Change& change,
                   const entitlement::OrderPlaced& placed) {
  const entitlement::Order& order = placed.order;
  USHER_RETURN_IF_ERROR(database.Run(
      "INSERT INTO purchase (application_no, order_id, create_time, actor, total_cents)"
      " VALUES (?, ?, ?, ?, ?)",
      change.application, order.id, order.create_time, order.actor, order.total_cents));
  int line_no = 0;
  for (const entitlement::OrderLine& line : order.lines) {
    USHER_RETURN_IF_ERROR(database.Run(
        "INSERT INTO purchase_line (application_no, order_id, line_no, product, quantity,"
        " charged_months, unit_price_cents, amount_cents, subscription_id, expire_time)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        change.application, order.id, ++line_no, line.product, line.quantity, line.charged_months,
        line.unit_price_cents, line.amount_cents, line.subscription, line.expire_time));
  }
  return absl::OkStatus();
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::SubscriptionStored& stored) {
  return WriteSubscription(database, change.application, stored.subscription);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::LicensesGranted& granted) {
  entitlement::LicenseId id = granted.first_id;
  for (int64_t i = 0; i < granted.count; ++i, id = id.next()) {
    USHER_RETURN_IF_ERROR(
        database.Run("INSERT INTO license (application_no, license_id, kind, edition, source,"
                     " subscription_id, expire_time, expired) VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                     change.application, id, granted.kind, granted.edition, granted.source,
                     granted.subscription, granted.expire_time));
  }
  return absl::OkStatus();
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::SubscriptionRenewed& renewed) {
  USHER_RETURN_IF_ERROR(WriteSubscription(database, change.application, renewed.subscription));
  for (const entitlement::LicenseId id : renewed.carried) {
    USHER_RETURN_IF_ERROR(
        database.RunOnOneRow("UPDATE license SET expire_time = ?, expired = 0"
                             " WHERE application_no = ? AND license_id = ?",
                             renewed.subscription.expire_time, change.application, id));
  }
  return absl::OkStatus();
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::LicensesExpired& expired) {
  for (const entitlement::LicenseId id : expired.ids) {
    USHER_RETURN_IF_ERROR(
        database.RunOnOneRow("UPDATE license SET expired = 1"
                             " WHERE application_no = ? AND license_id = ? AND expired = 0",
                             change.application, id));
  }
  return absl::OkStatus();
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::LicenseBound& bound) {
  if (bound.moved_from) {
    // The release just before has left the row, without a license.
    USHER_RETURN_IF_ERROR(database.RunOnOneRow(
        "UPDATE agent SET license_id = ?, bind_time = ?, bind_revision = ?"
        " WHERE application_no = ? AND email = ? AND license_id IS NULL",
        bound.id, change.event_time, change.revision, change.application, bound.email));
  } else {
    USHER_RETURN_IF_ERROR(database.Run(
        "INSERT INTO agent (application_no, email, license_id, bind_time, mobile_answering,"
        " last_active_time, bind_revision) VALUES (?1, ?2, ?3, ?4, 1, ?4, ?5)",
        change.application, bound.email, bound.id, change.event_time, change.revision));
  }
  return database.Run(
      "INSERT INTO binding (application_no, revision, license_id, email, bind_time,"
      " release_cause) VALUES (?, ?, ?, ?, ?, 0)",
      change.application, change.revision, bound.id, bound.email, change.event_time);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::LicenseReleased& released) {
  // The agent's row tells which one lasts.
  USHER_RETURN_IF_ERROR(database.RunOnOneRow(
      "UPDATE binding SET release_time = ?1, release_cause = ?2 WHERE application_no = ?3"
      " AND revision = (SELECT bind_revision FROM agent"
      "                 WHERE application_no = ?3 AND email = ?4 AND license_id = ?5)"
      " AND license_id = ?5 AND release_time IS NULL",
      change.event_time, released.cause, change.application, released.email, released.id));
  if (released.cause == entitlement::ReleaseCause::kMoved) {
    return database.RunOnOneRow(
        "UPDATE agent SET license_id = NULL"
        " WHERE application_no = ? AND email = ? AND license_id = ?",
        change.application, released.email, released.id);
  }
  return database.RunOnOneRow(
      "DELETE FROM agent WHERE application_no = ? AND email = ? AND license_id = ?",
      change.application, released.email, released.id);
}

absl::Status Write(Database& database, const Change& change,
                   const entitlement::LicensesReset& reset) {
  return database.Run(
      "INSERT INTO reset (application_no, revision, reset_time, actor, released_count,"
      " retained_count, month, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      change.application, change.revision, change.event_time, reset.actor, reset.released.size(),
      reset.retained.size(), reset.month, reset.used);
}

}  // namespace usher::storage
