#include "rpc/fingerprint.h"

#include <memory>

#include "auth/sha256.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/message.h"

namespace usher::rpc {

std::string Fingerprint(const google::protobuf::Message& request,
                        std::initializer_list<std::string_view> except) {
  const std::unique_ptr<google::protobuf::Message> copy(request.New());
  copy->CopyFrom(request);
  copy->DiscardUnknownFields();
  for (const std::string_view name : except) {
    const auto* field = copy->GetDescriptor()->FindFieldByName(std::string(name));
    if (field != nullptr) copy->GetReflection()->ClearField(copy.get(), field);
  }
  // A type name has no null byte, so it can't be mistaken for a part of the fields.
  std::string bytes = copy->GetTypeName() + '\0';
  {
    google::protobuf::io::StringOutputStream stream(&bytes);
    google::protobuf::io::CodedOutputStream coded(&stream);
    coded.SetSerializationDeterministic(true);
    copy->SerializeToCodedStream(&coded);
  }
  return auth::Sha256(bytes);
}

}  // namespace usher::rpc
