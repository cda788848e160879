// An order as `usher` prints it after a purchase, a renewal or a quote.
#pragma once

#include "client/cli/context.h"
#include "usher/v1/order_service.pb.h"

namespace usher::cli {

// Its lines and total, on `out`; on `err`, whether it was bought or only quoted.
void PrintOrder(Context& context, const v1::Order& order, const Times& times);

}  // namespace usher::cli
