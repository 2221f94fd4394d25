#!/usr/bin/env bash
# Builds everything and runs every test. Installs the Debian packages that the tests of real servers need, when it may.
# Ends with the plain line "N passed, N failed". Usage: bash tests/run.sh [SUITE...]   (default: all suites)
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1

packages=(haproxy nginx-light pdns-server pdns-backend-sqlite3 sqlite3 bind9-dnsutils iproute2 iptables prometheus-blackbox-exporter prometheus postgresql-15 postgresql-15-pglogical redis-server ceph-mon ceph-osd radosgw ceph-common)
missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
if [ "${#missing[@]}" -gt 0 ]; then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "installing ${missing[*]}"
    # Debian starts a server when its package is installed; the tests start their own.
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' > /usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d; }
    # Debian makes a cluster when PostgreSQL is installed; the tests make their own.
    [ -e /etc/postgresql-common/createcluster.d/no-main.conf ] ||
      { mkdir -p /etc/postgresql-common/createcluster.d && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/no-main.conf; }
    export DEBIAN_FRONTEND=noninteractive
    { apt-get -o DPkg::Lock::Timeout=600 update && apt-get -o DPkg::Lock::Timeout=600 install -y --no-install-recommends "${missing[@]}"; } > /tmp/mahavishnu-apt.log 2>&1 ||
      { tail -5 /tmp/mahavishnu-apt.log; echo "could not install ${missing[*]}; tests that need them are skipped"; }
  else
    echo "may not install ${missing[*]} (not root, or no apt-get); tests that need them are skipped"
  fi
fi

suites=(Core.Tests Simulation Adapters.Tests Tests System)
[ "$#" -gt 0 ] && suites=("$@")
dotnet restore Mahavishnu.Agents.sln --locked-mode -v q || { echo "0 passed, 1 failed"; exit 1; }
dotnet build Mahavishnu.Agents.sln -c Release --no-restore -v q -p:UseSharedCompilation=true || { echo "0 passed, 1 failed"; exit 1; }

# A suite's executable prints its own totals, "Total: 10, Errors: 0, Failed: 0, Skipped: 1, Not Run: 1, ...", as its last line.
# What is not run is what one must ask for, such as the soak.
passed=0; failed=0; skipped=0
for suite in "${suites[@]}"; do
  echo "== $suite"
  log=$(mktemp)
  "tests/Mahavishnu.Agents.$suite/bin/Release/net10.0/Mahavishnu.Agents.$suite" -noColor 2>&1 | tee "$log" | grep -vE '^(xUnit|  (Discovering|Discovered|Starting|Finished))'
  code=${PIPESTATUS[0]}
  totals=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+, Not Run: [0-9]+' "$log" | tail -1)
  read -r total errors failures skips unasked < <(echo "${totals:-Total: 0, Errors: 1, Failed: 0, Skipped: 0, Not Run: 0}" | grep -oE '[0-9]+' | tr '\n' ' ')
  [ "$code" -ne 0 ] && [ $((errors + failures)) -eq 0 ] && errors=1
  passed=$((passed + total - failures - skips - unasked)); failed=$((failed + failures + errors)); skipped=$((skipped + skips))
  rm -f "$log"
done
dotnet build-server shutdown >/dev/null 2>&1
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
