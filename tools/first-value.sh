#!/bin/bash
# How long a newcomer waits: a fresh copy of the committed tree, a clean HOME, an empty npm cache, two commands, no
# questions (standard input is closed). Fails above 300 s in all or 60 s after the install until the first classified
# bot is on the screen. Last line: one line of JSON.
set -u -o pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/home" "$place/gait"
git -C "$root" archive HEAD | tar -x -C "$place/gait"
cd "$place/gait" || exit 1
export HOME="$place/home" npm_config_cache="$place/cache"

started=$(date +%s.%N)
npm ci --no-audit --no-fund < /dev/null > "$place/install.txt" 2>&1 || { tail -20 "$place/install.txt"; exit 1; }
installed=$(date +%s.%N)
first=""
while IFS= read -r line; do
  printf '%s\n' "$line"
  if [ -z "$first" ] && [[ $line =~ " is "(automated|declared-bot) ]]; then first=$(date +%s.%N); fi
done < <(npm run --silent demo -- --for 10 < /dev/null 2>&1)
[ -n "$first" ] || { echo "the demo showed no classified bot"; exit 1; }

awk -v a="$started" -v b="$installed" -v c="$first" 'BEGIN {
  met = (c - a <= 300 && c - b <= 60)
  printf "{\"bench\":\"first-value\",\"commands\":2,\"installSeconds\":%.1f,\"firstBotSeconds\":%.1f,\"totalSeconds\":%.1f,\"goals\":{\"totalSeconds\":300,\"firstBotSeconds\":60},\"met\":%s}\n", b - a, c - b, c - a, met ? "true" : "false"
  exit !met
}'
