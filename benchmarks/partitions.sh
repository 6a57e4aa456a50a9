#!/bin/sh
# Measures what a queue of one, two and three partitions gets done on a cluster of three masters, each of which has a share of a processor.
#
#   benchmarks/partitions.sh [ROUNDS [SHARE]]     5 rounds, and 0.1 of a processor, by default; about a minute
#
# The masters are containers, for it is Docker that keeps each to its share: so one of them is what limits a queue, as it is on machines with
# processors to spare, and not the processors that all share here. It runs on the Java of JAVA_HOME, or else on the one of the PATH.
# Build first: ./weirpool --version
set -eu

here=$(CDPATH='' cd -P -- "${0%/*}" && pwd)
lib=$here/../cli/target/weirpool/lib
[ -e "$lib/classpath" ] || { echo 'partitions.sh: not built yet; run ./weirpool --version' >&2; exit 2; }
lib=$(CDPATH='' cd -P -- "$lib" && pwd)
bin=${JAVA_HOME:+$JAVA_HOME/bin/}
rounds=${1:-5}
share=${2:-0.1}
image=${REDIS_IMAGE:-redis:8}

work=$(mktemp -d)
masters=
trap 'rm -rf "$work"; [ -z "$masters" ] || docker rm -f $masters >/dev/null' EXIT
class_path=
while read -r jar; do class_path=$class_path$lib/$jar:; done <"$lib/classpath"
"${bin}javac" -cp "$class_path" -d "$work" "$here"/partitions/*.java

addresses=
for port in 17001 17002 17003; do
  # a short period, so that a master that has had its share stands still for milliseconds and not for the tenth of a second that is usual
  quota=$(awk -v share="$share" 'BEGIN { printf "%d", 20000 * share }')
  name=weirpool-partitions-$$-$port
  docker run -d --rm --name "$name" --network host --cpu-period 20000 --cpu-quota "$quota" "$image" \
    redis-server --port "$port" --bind 127.0.0.1 --cluster-enabled yes --save '' --appendonly no >/dev/null
  masters="$masters $name"
  addresses="$addresses 127.0.0.1:$port"
done
first=weirpool-partitions-$$-17001
until docker exec "$first" redis-cli -p 17003 ping 2>/dev/null | grep -q PONG; do sleep 0.1; done
docker exec "$first" redis-cli --cluster create $addresses --cluster-yes >/dev/null
for port in 17001 17002 17003; do
  until docker exec "$first" redis-cli -p "$port" cluster info | grep -q cluster_state:ok; do sleep 0.1; done
done

echo "$(docker exec "$first" redis-server --version | cut -d' ' -f1-3), each master with $share of a processor"
WEIRPOOL_SECRET=secret-of-a-measurement "${bin}java" -Dslf4j.internal.verbosity=ERROR -cp "$class_path$work" \
  Partitions "redis+cluster://127.0.0.1:17001,127.0.0.1:17002,127.0.0.1:17003" "$rounds"
