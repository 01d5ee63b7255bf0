#!/usr/bin/env bash
# All gates, after `npm install`: tests, lint, types, build, and checks of the packages as they would be published.
. "$(dirname "$0")/gates.sh"
gates
report
