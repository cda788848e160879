#include "client/lib/pages.h"

namespace usher::client {

int64_t CountElements(const google::protobuf::Message& response) {
  const google::protobuf::Descriptor& type = *response.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    if (type.field(i)->is_repeated()) {
      return response.GetReflection()->FieldSize(response, type.field(i));
    }
  }
  return 0;
}

}  // namespace usher::client
