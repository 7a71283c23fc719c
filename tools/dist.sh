#!/usr/bin/env bash
# The sources of HEAD as a tarball, the same bytes each time: tools/dist.sh VERSION OUTPUT-FOLDER. It carries
# .release, from which the Makefile takes the commit and its date outside of a checkout.
set -euo pipefail

version=$1
output=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
name=raymig-$version

git archive --prefix="$name/" HEAD | tar -x -C "$work"
git log -1 --abbrev=12 --format='%h %cs %ct' > "$work/$name/.release"
mkdir -p "$output"
tar --sort=name --mtime="@$(git log -1 --format=%ct)" --owner=0 --group=0 --numeric-owner \
    --format=gnu -C "$work" -c "$name" | gzip -9n > "$output/$name.tar.gz"
echo "$output/$name.tar.gz"
