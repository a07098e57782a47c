#include "app/memory.hpp"

#include "crypto/allocator.hpp"
#include "log/log.hpp"
#include "secret/harden.hpp"

namespace coffer::app {

secret::arena& open_memory(const settings& chosen) {
  secret::harden_process();
  secret::arena& memory = secret::open_process_arena(
      {.size = chosen.locked_memory, .allow_unlocked = chosen.allow_unlocked_memory});
  crypto::prove_locked_allocator();
  log::info("memory_locked", {{"mode", secret::name_of(memory.mode())},
                              {"bytes", memory.size()},
                              {"wanted", chosen.locked_memory}});
  if (memory.mode() == secret::memory_mode::unlocked)
    log::warning("MEMORY_IS_NOT_LOCKED", {{"reason",
                                           "--allow-unlocked-memory: secrets can reach the "
                                           "swap; for development only"}});
  return memory;
}

}  // namespace coffer::app
