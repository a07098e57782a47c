// A test vector as its file tells it (protocol/vectors/README.md).
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace coffer::vectors {

struct vector_case {
  std::string name;
  std::string kind;                  ///< request, reply or stream
  std::optional<std::string> op;     ///< absent: a stream or an unknown opcode
  std::string side;                  ///< daemon or client: whose limits hold
  std::vector<std::byte> bytes;      ///< expanded
  std::string outcome;               ///< ok, incomplete or the name of an error
  std::optional<std::string> field;  ///< that a decode error names
  std::optional<std::uint64_t> request_id;
  std::optional<boost::json::object> message;  ///< lists expanded; secrets as in the file
  bool canonical = false;
  std::vector<std::size_t> frames;     ///< streams: sizes of the whole frames
  std::optional<std::size_t> missing;  ///< incomplete streams
};

/// The folder protocol/vectors of the source tree.
std::filesystem::path vectors_folder();

/// Throws when the file is not a case in the format of the README: no key unknown, none absent.
vector_case load_case(const std::filesystem::path& file);

/// All of `cases/`, in the order of their names.
std::vector<vector_case> load_cases();

/// The number that protocol/vectors/COUNT promises.
std::size_t promised_count();

/// Joins hex, or a list of ["hex", h] and ["repeat", h, count].
std::vector<std::byte> expand(const boost::json::value& bytes);

}  // namespace coffer::vectors
