#!/usr/bin/env bash
# Lets random faults of every kind loose on a deployment of real processes, in network namespaces, for N minutes; after each
# round of faults the world must converge. Needs root, and the Debian packages that tests/run.sh installs. Ends with a verdict
# and exit code 0 or 1. Usage: bash tests/soak.sh --minutes N [--seed S]
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 MAHAVISHNU_SOAK_MINUTES="" MAHAVISHNU_SOAK_SEED=$RANDOM

while [ "$#" -gt 0 ]; do
  case "$1" in
    --minutes) MAHAVISHNU_SOAK_MINUTES="${2:-}"; shift ;;
    --seed) MAHAVISHNU_SOAK_SEED="${2:-}"; shift ;;
    *) MAHAVISHNU_SOAK_MINUTES=""; break ;;
  esac
  shift
done
if ! [[ "$MAHAVISHNU_SOAK_MINUTES" =~ ^[0-9]+(\.[0-9]+)?$ && "$MAHAVISHNU_SOAK_SEED" =~ ^[0-9]{1,9}$ ]]; then
  echo "usage: bash tests/soak.sh --minutes N [--seed S]"
  exit 2
fi

dotnet build tests/Mahavishnu.Agents.System -c Release -v q -p:RestoreLockedMode=true || { echo "soak: FAILED: it does not build"; exit 1; }
log=$(mktemp)
tests/Mahavishnu.Agents.System/bin/Release/net10.0/Mahavishnu.Agents.System -noColor -explicit only -class Mahavishnu.Agents.System.Soak.SoakTests 2>&1 | tee "$log"
if grep -q 'Total: 1, Errors: 0, Failed: 0, Skipped: 0, Not Run: 0' "$log"; then
  grep '^soak: ' "$log"
  echo "soak: passed, seed $MAHAVISHNU_SOAK_SEED"
  rm -f "$log"
  exit 0
fi
rm -f "$log"
echo "soak: FAILED, seed $MAHAVISHNU_SOAK_SEED"
exit 1
