#!/bin/sh
# Sixteen functions add one to the same file at the same time; none is lost.
#
#   examples/counter.sh [STORE]
set -eu
cffs=$(dirname "$0")/../cffs
store=${1:-$(mktemp -d)/store}

"$cffs" run --store "$store" -- sh -c 'echo 0 > counter'
for function in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
    "$cffs" run --store "$store" -- sh -c 'echo $(($(cat counter) + 1)) > counter' &
done
wait
"$cffs" run --store "$store" -- sh -c 'echo "the counter says $(cat counter)"'
