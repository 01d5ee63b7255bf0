#!/usr/bin/env bash
# A release but for the upload: versions and changelogs in a copy, build, tarballs, their checks, and projects that install them.
. "$(dirname "$0")/../gates.sh"
release_gates
report
