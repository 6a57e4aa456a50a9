#!/bin/sh
# Measures start-up, end, memory and speed of worker processes: medians, with the least and the most.
#
#   benchmarks/startup.sh [--json] [--runs N] [--cpu SECONDS]
#
# --runs N        how often each start is measured; 9 by default
# --cpu SECONDS   also compare the speed of worker and plain java, for so long a run; try 10
# Linux only. It runs on the Java of JAVA_HOME, or else on the one of the PATH. Build first: ./weirpool --version
set -eu

# shellcheck source=benchmarks/built.sh
. "${0%/*}/built.sh"

class_path=
for jar in weirpool-queue weirpool-worker weirpool-pool commons-pool2 embedded-redis gson jedis jspecify kryo minlog objenesis reflectasm slf4j-api; do
  for file in "$lib/$jar"-[0-9]*.jar; do class_path=$class_path$file:; done
done
"${bin}javac" -cp "$class_path" -d "$work/classes" "$here"/startup/*.java
"${bin}jar" --create --file "$work/user.jar" -C "$work/classes" .
"${bin}java" -Dslf4j.internal.verbosity=ERROR -cp "$class_path$work/user.jar" Startup "$work" "$lib/../bin/weirpool" "$@"
