# bash completion for coffer
# What follows COMPANY is asked of the daemon, which tells ids only to those who may list them.

_coffer_options() {
  local all="--help --socket --timeout --json"
  case $1 in
    "integration set") echo "$all --provider --label --scopes --expires --replace" ;;
    "integration fetch") echo "$all --reveal" ;;
    "integration rotate") echo "$all --expires --if-version" ;;
    "integration delete") echo "$all --yes --if-version" ;;
    "") echo "$all --version" ;;
    *) echo "$all" ;;
  esac
}

# Sets `command` to the noun and verb, `positions` to the arguments behind them, `socket` to the
# option that says where to ask.
_coffer_parse() {
  local i word
  command="" positions=() socket=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    case $word in
      --socket) socket=(--socket "${COMP_WORDS[++i]}") ;;
      --timeout | --provider | --label | --scopes | --expires | --if-version) ((++i)) ;;
      -*) ;;
      *)
        case $command in
          "") command=$word ;;
          integration) command="integration $word" ;;
          *) positions+=("$word") ;;
        esac
        ;;
    esac
  done
}

# The ids that the daemon lists for a company, one a line; nothing if it does not.
_coffer_ids() {
  "${COMP_WORDS[0]}" "${socket[@]}" --timeout 1 --json integration list "$1" \
    2>/dev/null </dev/null |
    grep -o '"integration":"[A-Za-z0-9_.:-]*"' | cut -d '"' -f 4
}

_coffer() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command positions socket words=""
  COMPREPLY=()
  case $previous in
    --socket) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --timeout | --provider | --label | --scopes | --expires | --if-version) return ;;
  esac
  _coffer_parse
  if [[ $current == -* ]]; then
    words=$(_coffer_options "$command")
  elif [[ -z $command ]]; then
    words="status ping integration"
  elif [[ $command == integration ]]; then
    words="set show list fetch rotate delete"
  elif [[ $command == integration\ * && $command != *\ list && ${#positions[@]} -eq 1 ]]; then
    words=$(_coffer_ids "${positions[0]}")
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _coffer coffer
