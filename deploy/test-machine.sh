#!/usr/bin/env bash
# Brings what the tests need beside Python: Chromium, a Chinese font, PostgreSQL with PostGIS.
# Asks nothing of the network when all of it is there; names the part that is missing when it cannot help.
set -euo pipefail

fail() {
  echo "deploy/test-machine.sh: $*" >&2
  exit 1
}

has_chromium() { command -v chromium >/dev/null || command -v chromium-browser >/dev/null; }

has_font() {
  command -v fc-list >/dev/null && [ -n "$(fc-list ':lang=zh-cn' family 2>/dev/null | head -n 1)" ]
}

# The newest major version whose server is installed, or nothing.
postgres_major() {
  local server newest=""
  for server in /usr/lib/postgresql/*/bin/postgres; do
    [ -x "$server" ] && newest="$(printf '%s\n' "$newest" "$(basename "$(dirname "$(dirname "$server")")")" | sort -n | tail -n 1)"
  done
  if [ -n "$newest" ]; then
    echo "$newest"
  elif command -v pg_config >/dev/null && [ -x "$(pg_config --bindir)/postgres" ]; then
    pg_config --version | grep -oE '[0-9]+' | head -n 1
  fi
}

has_postgis() {
  local major share
  major="$(postgres_major)"
  [ -n "$major" ] || return 1
  for share in "/usr/share/postgresql/$major" "$(pg_config --sharedir 2>/dev/null || true)"; do
    [ -f "$share/extension/postgis.control" ] && [ -f "$share/extension/btree_gist.control" ] && return 0
  done
  return 1
}

missing() {
  has_chromium || echo "Chromium"
  has_font || echo "a Chinese font"
  # A server named by the environment is used as it is.
  if [ -z "${FIELDAPP_TEST_POSTGRES_URL:-}" ]; then
    [ -n "$(postgres_major)" ] || echo "the PostgreSQL server"
    has_postgis || echo "PostGIS for PostgreSQL $(postgres_major)"
  fi
}

[ -n "$(missing)" ] || exit 0

lacking="$(missing | paste -sd ';' - | sed 's/;/, /g')"
command -v apt-get >/dev/null || fail "missing: $lacking. This machine has no apt-get; install them by hand."
if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif command -v sudo >/dev/null; then
  as_root=(sudo)
else
  fail "missing: $lacking. Run this script as root, or install sudo."
fi

apt_install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "$@" >&2 ||
    fail "apt-get could not install: $*. Still missing: $(missing | paste -sd ';' - | sed 's/;/, /g')."
}

echo "Installing what the tests need: $lacking" >&2
"${as_root[@]}" apt-get update --quiet >&2 || fail "apt-get update failed. Missing: $lacking."
packages=()
if ! has_chromium; then
  # Debian calls it chromium; where only the other name exists, that one is taken.
  if apt-cache show chromium >/dev/null 2>&1; then packages+=(chromium); else packages+=(chromium-browser); fi
fi
has_font || packages+=(fontconfig fonts-noto-cjk)
if [ -z "${FIELDAPP_TEST_POSTGRES_URL:-}" ] && [ -z "$(postgres_major)" ]; then packages+=(postgresql); fi
if [ "${#packages[@]}" -gt 0 ]; then apt_install "${packages[@]}"; fi
if [ -z "${FIELDAPP_TEST_POSTGRES_URL:-}" ] && ! has_postgis; then
  apt_install "postgresql-$(postgres_major)-postgis-3"
fi

lacking="$(missing | paste -sd ';' - | sed 's/;/, /g')"
[ -z "$lacking" ] || fail "still missing after installation: $lacking."
