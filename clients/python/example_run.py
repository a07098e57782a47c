#!/usr/bin/env python3
"""A small orchestrator: begins a run, starts an adapter with that run's authority, ends the run.

    example_run.py cmp_acme run_7 agt_ada ./example.py cmp_acme slack https://api.example/me

The adapter inherits one open connection that is good for this run and nothing else; its command
line and its environment hold no secret, and coffer.connect() in it finds the connection by itself.
"""

import subprocess
import sys

import coffer


def start(company, run, command):
    """The adapter. When this returns, the connection is the adapter's alone."""
    with coffer.narrowed(company, run) as c:
        return subprocess.Popen(command, **c.handover())


def main():
    if len(sys.argv) < 5:
        print("usage: example_run.py COMPANY RUN AGENT COMMAND…", file=sys.stderr)
        return 2
    company, run, agent, *command = sys.argv[1:]
    try:
        with coffer.connect() as c:
            c.run_begin(company, run, agent, time_limit=3_600_000)
            try:
                return start(company, run, command).wait()
            finally:
                c.run_end(company, run)
    except coffer.Error as error:
        print(f"example_run.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"example_run.py: cannot start {command[0]}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
