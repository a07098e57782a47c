// The frame splitter: any bytes, fed in any pieces, end in the same frames as when fed at once.
#include <cstdlib>
#include <span>
#include <vector>

#include "protocol/frame.hpp"
#include "protocol/operations.hpp"

using namespace coffer::protocol;

namespace {

void expect(bool truth) {
  if (!truth) std::abort();
}

// Splits `input` as a session does: whole frames off the front, the rest kept.
std::vector<std::size_t> sizes(bytes_view input) {
  std::vector<std::size_t> found;
  for (;;) {
    const split_result next = split(input, request_limit);
    if (next.status != split_status::complete) break;
    expect(next.size >= header_size && next.size <= input.size());
    expect(next.value.fields.size() == next.size - header_size);
    found.push_back(next.size);
    input = input.subspan(next.size);
  }
  return found;
}

// A verdict once given stays when more bytes come.
void verdicts_are_final(bytes_view input) {
  for (std::size_t size = 0; size <= input.size() && size <= 64; ++size) {
    const split_result early = split(input.first(size), request_limit);
    const split_result late = split(input, request_limit);
    if (early.status == split_status::complete) expect(late.size == early.size);
    if (early.status == split_status::failed) expect(late.status == split_status::failed);
    if (early.status == split_status::incomplete) expect(early.missing > 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bytes_view input(reinterpret_cast<const std::byte*>(data), size);
  sizes(input);
  verdicts_are_final(input);
  return 0;
}
