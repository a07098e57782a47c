#!/usr/bin/env python3
"""A small adapter: asks an API who a company's credential belongs to, and never prints it.

    example.py cmp_acme slack https://slack.com/api/auth.test
"""

import sys
import urllib.error
import urllib.parse
import urllib.request

import coffer


def allowed(url):
    """A credential goes over TLS, or does not leave this host."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname == "127.0.0.1")


def call(url, secret):
    """The HTTP status of a request with the credential, which no redirect carries further."""
    request = urllib.request.Request(url)
    request.add_unredirected_header("Authorization", f"Bearer {secret.reveal()}")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def main():
    if len(sys.argv) != 4 or not allowed(sys.argv[3]):
        print("usage: example.py COMPANY INTEGRATION https://…", file=sys.stderr)
        return 2
    company, integration, url = sys.argv[1:]
    try:
        with coffer.connect() as c, c.fetch(company, integration) as secret:
            print(f"{integration} version {secret.version}: HTTP {call(url, secret)}")
    except coffer.Error as error:
        print(f"example.py: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"example.py: cannot reach {url}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
