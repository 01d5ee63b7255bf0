#!/usr/bin/env bash
# Installs what the tests in a browser need, where it is missing: chromium by apt-get (Debian and its kin; as root, or with sudo), and
# tfjs's packages for WebGPU and WebGL into .cache/tfjs-browser. They are some 80 MB, so not dependencies of the repository.
#
# Usage: scripts/install-browser.sh
# HEDDLE_CHROMIUM   a chromium or Chrome that is there already
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
dir=$root/.cache/tfjs-browser
version=4.22.0

packages() {
  mkdir -p "$dir"
  cd "$dir"
  [ -f package.json ] || echo '{ "name": "tfjs-browser", "private": true }' >package.json
  # tfjs-core is the repository's: a second copy would have a registry of kernels of its own
  npm install --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error \
    "@tensorflow/tfjs-backend-webgl@$version" "@tensorflow/tfjs-backend-webgpu@$version" </dev/null
}
browser() {
  local chromium=${HEDDLE_CHROMIUM:-/usr/bin/chromium}
  if [ -x "$chromium" ]; then
    "$chromium" --version
    return
  fi
  local sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium
  /usr/bin/chromium --version
}
packages
browser
