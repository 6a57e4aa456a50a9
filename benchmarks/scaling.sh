#!/bin/sh
# Measures what one, two and four hosts of two workers each get done: with tasks that wait, and with tasks that compute.
#
#   benchmarks/scaling.sh [ROUNDS]     5 by default; some minutes
#
# A host is a launcher here, a process of its own; all are on this machine, so what computes shares its processors, and what waits does not.
# It runs on the Java of JAVA_HOME, or else on the one of the PATH. Build first: ./weirpool --version
set -eu

# shellcheck source=benchmarks/built.sh
. "${0%/*}/built.sh"

class_path=
while read -r jar; do class_path=$class_path$lib/$jar:; done <"$lib/classpath"
"${bin}javac" -cp "$class_path" -d "$work" "$here"/scaling/*.java
WEIRPOOL_JAVA_OPTS=-Xmx128m "${bin}java" -Dslf4j.internal.verbosity=ERROR -cp "$class_path$work" \
  Scaling "$lib/../bin/weirpool" "$work" "${1:-5}"
