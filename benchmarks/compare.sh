#!/bin/sh
# Measures everything: ours, plain lists and Python in turn, the codec with JMH; writes the samples to results/, and from those
# the plots and the table of docs/performance.md. About ten minutes; a quiet machine is better.
# PYTHON names the Python to compare with, ROUNDS how often each takes its turn, MAVEN_ARGUMENTS what the build needs besides.
set -eu

cd "$(dirname "$0")/.."
# shellcheck disable=SC2086
mvn -q -B -ntp -Pbenchmarks -DskipTests ${MAVEN_ARGUMENTS:-} package -pl benchmarks -am
mkdir -p benchmarks/results
class_path=benchmarks/target/classes:$(cat benchmarks/target/classpath)
# our own tasks are in a jar, and a program takes no jar but its main one for its own
java -Dweirpool.allow=dev.weirpool. -cp "$class_path" dev.weirpool.benchmarks.Compare \
  "${PYTHON:-python3}" benchmarks/python_pool.py benchmarks/results/compare.json "${ROUNDS:-5}"
java -cp "$class_path" org.openjdk.jmh.Main CodecBenchmark -prof gc -rf json -rff benchmarks/results/codec.json -v SILENT
"${PYTHON:-python3}" benchmarks/render.py
