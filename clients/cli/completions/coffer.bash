# bash completion for coffer
# What follows COMPANY is asked of the daemon, which tells ids only to those who may list them.

_coffer_options() {
  local all="--help --socket --timeout --server-user --json"
  case $1 in
    "integration set") echo "$all --provider --label --scopes --expires --replace --exact" ;;
    "integration fetch") echo "$all --run --reveal" ;;
    "integration rotate") echo "$all --expires --if-version --now --exact" ;;
    "integration delete") echo "$all --yes --if-version" ;;
    "run begin") echo "$all --time-limit" ;;
    "run ticket") echo "$all --uid --lifetime --reveal" ;;
    "agent issue") echo "$all --scope --expires" ;;
    "agent fetch") echo "$all --reveal" ;;
    "agent rotate") echo "$all --overlap --expires --scope" ;;
    "agent revoke") echo "$all --kid --yes" ;;
    "agent validate") echo "$all --scope" ;;
    "audit list") echo "$all --company --chain --after --before --limit" ;;
    "audit tail") echo "$all --company --chain --follow --limit" ;;
    "audit export") echo "$all --company --chain --replace" ;;
    "policy explain") echo "$all --uid --unit --agent" ;;
    "store copy") echo "$all --database-password-source" ;;
    "") echo "$all --version" ;;
    *) echo "$all" ;;
  esac
}

# Whether a word is an option that takes the next word.
_coffer_takes_value() {
  case $1 in
    --socket | --timeout | --server-user | --provider | --label | --scopes | --scope | \
      --expires | --if-version | --run | --time-limit | --uid | --lifetime | --overlap | \
      --kid | --company | --chain | --after | --before | --limit | --unit | --agent | \
      --database-password-source) return 0 ;;
  esac
  return 1
}

# Sets `command` to the noun and verb, `positions` to the arguments behind them, `socket` to the
# option that says where to ask, `program` to the place of the word behind --.
_coffer_parse() {
  local i word
  command="" positions=() socket=() program=0
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == -- ]]; then
      program=$((i + 1))
      return
    elif [[ $word == --socket ]]; then
      socket=(--socket "${COMP_WORDS[++i]}")
    elif _coffer_takes_value "$word"; then
      ((++i))
    elif [[ $word != -* ]]; then
      case $command in
        "") command=$word ;;
        company | integration | run | agent | audit | policy | store) command+=" $word" ;;
        *) positions+=("$word") ;;
      esac
    fi
  done
}

# The ids that the daemon lists, one a line; nothing if it does not: noun, field and company.
_coffer_ids() {
  "${COMP_WORDS[0]}" "${socket[@]}" --timeout 1 --json "$1" list "$3" 2>/dev/null </dev/null |
    grep -o "\"$2\":\"[A-Za-z0-9_.:-]*\"" | cut -d '"' -f 4
}

_coffer_verbs() {
  case $1 in
    "") echo "status ping whoami hosts company integration run agent audit policy store" ;;
    company) echo "list" ;;
    integration) echo "set show list fetch rotate delete" ;;
    run) echo "begin end list exec ticket" ;;
    agent) echo "issue fetch rotate revoke list validate" ;;
    audit) echo "list tail verify export" ;;
    policy) echo "check explain" ;;
    store) echo "copy" ;;
  esac
}

# What the daemon knows for the argument behind COMPANY.
_coffer_argument() {
  [[ ${#positions[@]} -eq 1 ]] || return
  case $command in
    "integration list" | "run list" | "run begin") ;;
    "agent issue") ;;
    integration\ *) _coffer_ids integration integration "${positions[0]}" ;;
    run\ *) _coffer_ids run run "${positions[0]}" ;;
    agent\ *) _coffer_ids agent agent "${positions[0]}" ;;
  esac
}

_coffer() {
  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  local command positions socket program words=""
  COMPREPLY=()
  _coffer_parse
  if ((program > 0)); then
    [[ $command == "run exec" ]] && ((program == COMP_CWORD)) &&
      mapfile -t COMPREPLY < <(compgen -c -- "$current")
    return
  fi
  if [[ $previous == --socket ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  elif _coffer_takes_value "$previous"; then
    return
  elif [[ $current == -* ]]; then
    words=$(_coffer_options "$command")
  elif [[ $command == "audit export" || $command == "policy check" || \
    $command == "store copy" ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  else
    words=$(_coffer_verbs "$command")
    [[ -n $words ]] || words=$(_coffer_argument)
  fi
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -F _coffer coffer
