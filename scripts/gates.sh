# The gates of the repository, to be sourced: `scripts/check.sh` runs them, `.ci/run` after installing what only CI has.
# A gate that fails does not stop the others; `report` prints the count and answers whether all passed.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root" || exit 2
export CI=true TURBO_TELEMETRY_DISABLED=1 DO_NOT_TRACK=1 NO_COLOR=1 FORCE_COLOR=0
cache=$root/.cache
mkdir -p "$cache"
passed=0
failed=0
broken=()

# gate NAME COMMAND...: runs the command and counts it as one check.
gate() {
  local name=$1 start=$SECONDS
  shift
  echo
  echo "=== $name"
  if timeout --kill-after=20 "${GATE_TIMEOUT:-1200}" "$@" </dev/null; then
    passed=$((passed + 1))
    echo "--- $name: passed ($((SECONDS - start)) s)"
  else
    failed=$((failed + 1))
    broken+=("$name")
    echo "--- $name: FAILED ($((SECONDS - start)) s)"
  fi
}

# tests COMMAND...: runs vitest and counts each of its tests, and a file that could not be run as one that failed.
tests() {
  local start=$SECONDS json=$cache/tests.json code counts
  echo
  echo "=== tests"
  rm -f "$json"
  timeout --kill-after=20 "${TESTS_TIMEOUT:-3600}" "$@" --reporter=default --reporter=json --outputFile.json="$json" </dev/null
  code=$?
  counts=$(node scripts/count-tests.mjs "$json" "$code")
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  [ "${counts#* }" = 0 ] || broken+=("tests")
  echo "--- tests: ${counts% *} passed, ${counts#* } failed ($((SECONDS - start)) s)"
}

# counted NAME COMMAND...: runs the command, whose last line is `N passed, N failed`, and counts these.
counted() {
  local name=$1 start=$SECONDS log=$cache/counted.log counts
  shift
  echo
  echo "=== $name"
  timeout --kill-after=20 "${GATE_TIMEOUT:-1200}" "$@" </dev/null 2>&1 | tee "$log"
  counts=$(sed -n '$s/^\([0-9]*\) passed, \([0-9]*\) failed$/\1 \2/p' "$log")
  [ -n "$counts" ] || counts='0 1'
  passed=$((passed + ${counts% *}))
  failed=$((failed + ${counts#* }))
  [ "${counts#* }" = 0 ] || broken+=("$name")
  echo "--- $name: ${counts% *} passed, ${counts#* } failed ($((SECONDS - start)) s)"
}

# All gates; the tests by the command of the README.
gates() {
  tests npm test --
  gate 'lint: code' npm run -s lint:code
  gate 'lint: format' npm run -s lint:format
  gate 'lint: arrows' npm run -s lint:arrows
  gate 'lint: dependencies' npm run -s lint:dependencies
  gate 'lint: texts' npm run -s lint:texts
  gate 'lint: docs' npm run -s lint:docs
  gate 'lint: workflows' npm run -s lint:workflows
  gate 'types' npm run -s types
  gate 'examples of the READMEs' npm run -s snippets
  release_gates
  gate 'the site' npm run -s docs:build
  GATE_TIMEOUT=2400 counted 'the site in a browser' node apps/docs/test/browser/run.mjs
}

# What a release does but for the upload, by `npm run release:dry` too. Each step needs the ones before it.
release_gates() {
  gate 'build' npm run -s build
  gate 'sizes' npm run -s sizes
  gate 'versions and changelogs' node scripts/release/versions.mjs
  gate 'pack' node scripts/release/pack.mjs
  local tarball name
  for tarball in "$cache"/release/packs/*.tgz; do
    name=$(basename "$tarball" .tgz)
    gate "publint $name" npx publint run "$tarball" --strict
    gate "types of $name" npx attw "$tarball" --profile esm-only --no-color
  done
  gate 'packed packages in plain node' node scripts/release/smoke.mjs
  gate 'install lines and programs of the READMEs' node scripts/release/install.mjs
  gate 'runtimes: Node, Deno, Bun' node scripts/release/runtimes.mjs
  gate 'types of consumers' node scripts/release/types.mjs
  gate 'bundles of consumers' node scripts/release/bundles.mjs
  gate 'pages of consumers' node scripts/release/pages.mjs
  echo
  echo "tried: $(node scripts/release/places.mjs)"
}

report() {
  echo
  if [ ${#broken[@]} -gt 0 ]; then printf 'failed: %s\n' "${broken[@]}"; fi
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
}
