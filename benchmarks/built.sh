# Read by the scripts beside it: where the distribution is, which Java to use, and a directory for the time being.
here=$(CDPATH='' cd -P -- "${0%/*}" && pwd)
lib=$here/../cli/target/weirpool/lib
[ -e "$lib/classpath" ] || { echo "${0##*/}: not built yet; run ./weirpool --version" >&2; exit 2; }
lib=$(CDPATH='' cd -P -- "$lib" && pwd)
bin=${JAVA_HOME:+$JAVA_HOME/bin/}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
