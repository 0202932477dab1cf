#!/bin/sh
# Builds the C baseline and the load into the directory given. Needs gcc, libfuse3-dev and pkg-config.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:?usage: build.sh DIRECTORY}
mkdir -p "$out"
cc -O2 -Wall -o "$out/memfs" "$here/memfs.c" $(pkg-config --cflags --libs fuse3) -lpthread
cc -O2 -Wall -o "$out/load" "$here/load.c" -lpthread
