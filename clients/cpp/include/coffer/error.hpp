// What can go wrong, as exceptions.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace coffer {

/// Any failure. what() says what happened and what to do; it holds no secret. code() and name() are
/// those of the protocol (protocol/SPEC.md, section 7); code 0 did not come from the daemon.
class error : public std::runtime_error {
 public:
  error(std::uint64_t code, std::string name, const std::string& text)
      : std::runtime_error(text), code_(code), name_(std::move(name)) {}

  std::uint64_t code() const noexcept { return code_; }
  const std::string& name() const noexcept { return name_; }

 private:
  std::uint64_t code_;
  std::string name_;
};

/// A token is not good for what was asked: name() is token_unknown, token_expired, token_revoked,
/// wrong_agent, wrong_company or missing_scope.
class token_refused : public error {
 public:
  using error::error;
};

/// The daemon cannot be reached, or ended the connection.
class unavailable : public error {
 public:
  explicit unavailable(const std::string& text) : error(0, "unavailable", text) {}
};

/// The socket is served by a user who is neither root nor this process's own, and whom nobody named
/// (client_options::server_uid): no secret was sent.
class untrusted_server : public error {
 public:
  explicit untrusted_server(const std::string& text) : error(0, "untrusted_server", text) {}
};

/// No answer in time.
class timeout : public error {
 public:
  explicit timeout(const std::string& text) : error(0, "timeout", text) {}
};

/// An argument breaks its rule; nothing was sent.
class invalid_argument : public error {
 public:
  explicit invalid_argument(const std::string& text) : error(8, "invalid_field", text) {}
};

/// The daemon's bytes make no sense: versions or bugs.
class protocol_error : public error {
 public:
  explicit protocol_error(const std::string& text) : error(0, "protocol_error", text) {}
};

}  // namespace coffer
