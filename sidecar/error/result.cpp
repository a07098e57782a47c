#include "error/result.hpp"

#include <stdexcept>

namespace coffer {

void throw_exception_from_error(const failure& error, const boost::source_location& where) {
  throw std::logic_error(std::string(name_of(error.code)) + " was not handled at " +
                         where.to_string());
}

}  // namespace coffer
