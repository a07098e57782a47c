// What a caller can cause comes back as a value: result<T> holds a T or a failure.
#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "protocol/error.hpp"

namespace coffer {

/// A code of the vocabulary and, where the code alone does not say enough, a text for the peer:
/// what happened and what to do next. The text never holds a secret.
struct failure {
  failure() noexcept : code(errc::internal) {}
  failure(errc code_in, std::string text_in = {}) : code(code_in), text(std::move(text_in)) {}

  errc code;
  std::string text;

  /// The text to show: the failure's own, else the one of its code.
  std::string_view message() const noexcept { return text.empty() ? text_of(code) : text; }
};

template <class T = void>
using result = boost::system::result<T, failure>;

/// Called by result<T>::value() without a value, which is a bug here.
[[noreturn]] void throw_exception_from_error(const failure& error, const boost::source_location&);

}  // namespace coffer
