#!/bin/sh
# Makes the directory that the image is built from: the executable, the libraries that it needs, and an empty /data.
# sh docs/deploy/image-root.sh dist/publisher dist/image
set -eu
executable=$1
image=$2

mkdir "$image" "$image/owned"
mkdir -m 700 "$image/owned/data"
install -D -m 755 "$executable" "$image/files/usr/local/bin/publisher"
ldd "$executable" | grep -o '/[^ ]*' | while read -r library; do
  install -D -m 755 "$library" "$image/files$library"
done
