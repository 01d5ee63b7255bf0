#!/usr/bin/env bash
# Makes a working @tensorflow/tfjs-node from the package registries of npm and Python alone, where its own install script cannot
# download the TensorFlow library: the library and its headers come out of the tensorflow-cpu wheel, the binding is one g++ call.
#
# Usage: scripts/build-tfjs-node.sh [DIR]     (default: .cache/tfjs-node; nothing is done if a working build is there)
# Then:  export HEDDLE_TFJS_NODE=DIR/node_modules
# Needs: npm, python3 with pip, g++, x86-64 Linux.
#
# VARIANT=gpu   @tensorflow/tfjs-node-gpu on the `tensorflow` wheel (default: cpu)
# CUDA=1        with VARIANT=gpu: also the CUDA libraries that the wheel asks for
# TF_VERSION    of the wheel, 2.12 or newer (default: 2.15.1)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mkdir -p "${1:-$root/.cache/tfjs-node}" && cd "${1:-$root/.cache/tfjs-node}" && pwd)
version=${TF_VERSION:-2.15.1}
package=tfjs-node
wheel=tensorflow-cpu
if [ "${VARIANT:-cpu}" = gpu ]; then
  package=tfjs-node-gpu
  wheel=tensorflow
fi
home=$dir/node_modules/@tensorflow/$package
deps=$home/deps
say() { echo "[tfjs-node, ${SECONDS} s] $*" >&2; }

works() {
  (cd "$dir" && TF_CPP_MIN_LOG_LEVEL=2 PACKAGE=$package node -e '
    const util = require("util") // Node 23 removed two functions that tfjs-node calls
    util.isNullOrUndefined ??= (v) => v == null
    util.isArray ??= Array.isArray
    const tf = require("@tensorflow/" + process.env.PACKAGE)
    const a = tf.tensor2d([[1, 2], [3, 4]])
    const product = Array.from(a.matMul(a).dataSync()).join()
    if (tf.getBackend() !== "tensorflow" || product !== "7,10,15,22") throw new Error(`${tf.getBackend()}: ${product}`)
    console.error("libtensorflow", tf.backend().binding.TF_Version)' </dev/null)
}

if [ -f "$dir/.built" ] && [ "$(cat "$dir/.built")" = "$package $version" ] && works; then
  say "there is a working build in ${dir#"$root"/}"
  exit 0
fi
rm -f "$dir/.built"

say "npm packages"
cd "$dir"
[ -f package.json ] || echo '{ "name": "tfjs-node-from-wheel", "private": true }' >package.json
npm install --ignore-scripts --no-audit --no-fund --loglevel=error "@tensorflow/$package@4.22.0" node-api-headers@1 </dev/null

say "wheel $wheel $version"
wheels=$dir/wheels
mkdir -p "$wheels"
found() { find "$wheels" -name "${wheel//-/_}-$version-*.whl" | head -n 1; }
# Only the C libraries and headers are wanted, so a wheel for any version of Python will do.
for python in 3.11 3.10 3.12 3.13; do
  [ -z "$(found)" ] || break
  python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --python-version "$python" -d "$wheels" \
    --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux_2_27_x86_64 --platform manylinux_2_28_x86_64 \
    "$wheel==$version" </dev/null || true
done
file=$(found)
[ -n "$file" ] || { say "no wheel $wheel $version could be downloaded"; exit 1; }

say "unpack $(basename "$file")"
rm -rf "$deps"
mkdir -p "$deps/lib"
python3 - "$file" "$deps" <<'PY'
import os, shutil, sys, zipfile

archive, deps = zipfile.ZipFile(sys.argv[1]), sys.argv[2]
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
headers = tuple('tensorflow/include/' + part for part in ('tensorflow/c/', 'tsl/c/', 'xla/tsl/c/', 'tensorflow/tsl/c/',
  'tensorflow/tsl/platform/', 'tensorflow/core/platform/', 'tsl/platform/'))
for name in archive.namelist():
  if name in libraries: out = os.path.join(deps, 'lib', os.path.basename(name))
  elif name.endswith('.h') and name.startswith(headers): out = os.path.join(deps, 'include', name[len('tensorflow/include/'):])
  elif name.endswith('dist-info/LICENSE') or 'THIRD_PARTY' in name: out = os.path.join(deps, os.path.basename(name))
  else: continue
  os.makedirs(os.path.dirname(out), exist_ok=True)
  with archive.open(name) as source, open(out, 'wb') as target: shutil.copyfileobj(source, target, 1 << 20)
PY
[ -f "$deps/lib/libtensorflow_cc.so.2" ] || { say "no libtensorflow_cc.so.2 in this wheel (2.12 or newer has it)"; exit 1; }
if command -v strip >/dev/null; then strip --strip-unneeded "$deps"/lib/*.so.2 || true; fi
ln -sf libtensorflow_cc.so.2 "$deps/lib/libtensorflow.so"
ln -sf libtensorflow_cc.so.2 "$deps/lib/libtensorflow.so.2.9.1" # the name that the package's own script looks for
ln -sf libtensorflow_framework.so.2 "$deps/lib/libtensorflow_framework.so"

say "binding"
napi=$(node -p 'Math.min(8, +process.versions.napi)')
mkdir -p "$home/lib/napi-v$napi"
cd "$home"
g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION="$napi" -DBUILDING_NODE_EXTENSION \
  -I"$dir/node_modules/node-api-headers/include" -I. -Ibinding -I"$deps/include" binding/tfjs_backend.cc binding/tfjs_binding.cc \
  -L"$deps/lib" -ltensorflow -ltensorflow_framework -Wl,-rpath,'$ORIGIN/../../deps/lib' \
  -o "lib/napi-v$napi/tfjs_binding.node"

if [ "$package" = tfjs-node-gpu ] && [ "${CUDA:-0}" = 1 ]; then
  say "CUDA libraries"
  requires=$(python3 - "$file" <<'PY'
import re, sys, zipfile

archive = zipfile.ZipFile(sys.argv[1])
metadata = archive.read(next(n for n in archive.namelist() if n.endswith('dist-info/METADATA'))).decode()
print(' '.join(name + version.rstrip(';') for name, version in re.findall(r'Requires-Dist: (nvidia-\S+) ?(==\S+)', metadata)))
PY
)
  # shellcheck disable=SC2086
  python3 -m pip install -q --disable-pip-version-check --no-deps --target "$deps" $requires </dev/null
fi

works || { say "built, but it does not load"; exit 1; }
rm -rf "$wheels"
echo "$package $version" >"$dir/.built"
say "done: export HEDDLE_TFJS_NODE=$dir/node_modules"
