#include "rpc/method_name.h"

namespace usher::rpc {

observe::MethodName MethodNameOf(const google::protobuf::Descriptor& request, bool streams) {
  const google::protobuf::FileDescriptor& file = *request.file();
  for (int i = 0; i < file.service_count(); ++i) {
    const google::protobuf::ServiceDescriptor& service = *file.service(i);
    for (int j = 0; j < service.method_count(); ++j) {
      const google::protobuf::MethodDescriptor& method = *service.method(j);
      if (method.input_type() != &request || method.server_streaming() != streams) continue;
      return {.service = service.full_name(), .method = method.name(), .streams = streams};
    }
  }
  return {.streams = streams};
}

}  // namespace usher::rpc
