#!/bin/sh
# Installs the Debian packages that `npm run test:real` and the benches drive. Needs root; starts no service.
set -eu
export DEBIAN_FRONTEND=noninteractive
# Written first so that the crowdsec package does not try to register with its community service.
if [ ! -s /etc/crowdsec/online_api_credentials.yaml ]; then
  mkdir -p /etc/crowdsec
  echo "# community service disabled" > /etc/crowdsec/online_api_credentials.yaml
fi
missing=""
for package in "$@"; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -z "$missing" ] && exit 0
apt-get update -qq
# shellcheck disable=SC2086 # the list is split on purpose
apt-get install -y -qq --no-install-recommends $missing
