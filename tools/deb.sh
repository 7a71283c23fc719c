#!/usr/bin/env bash
# The Debian package, from what is built: tools/deb.sh VERSION OUTPUT-FOLDER. No debhelper: one binary package,
# whose dependencies dpkg-shlibdeps finds. The same sources and the same tools give the same bytes
# (SOURCE_DATE_EPOCH comes from the Makefile).
set -euo pipefail

version=$1
output=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/debian/raymig
arch=$(dpkg --print-architecture)
umask 022

make --no-print-directory install PREFIX=/usr DESTDIR="$root" > /dev/null
strip --strip-unneeded --remove-section=.comment --remove-section=.note "$root"/usr/bin/raymig
find "$root/usr/lib" -name '*.so*' -type f -exec strip --strip-unneeded {} +
find "$root/usr/lib" -name '*.a' -exec strip --strip-debug --enable-deterministic-archives {} +
find "$root/usr/share/man" -name '*.1' -exec gzip -9n {} +

doc=$root/usr/share/doc/raymig
install -d "$doc"
{
    echo 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/'
    echo 'Upstream-Name: raymig'
    echo
    echo 'Files: *'
    sed -n 's/^Copyright (c) /Copyright: /p' LICENSE
    echo 'License: Expat'
    sed -n '/^Permission/,$p' LICENSE | sed 's/^$/./; s/^/ /'
} > "$doc/copyright"
printf 'raymig (%s) unstable; urgency=medium\n\n  * See CHANGELOG.md.\n\n -- %s  %s\n' "$version" \
    'raymig maintainers <maintainers@raymig.invalid>' \
    "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$doc/changelog.gz"
cp README.md CHANGELOG.md "$doc"
cp -r docs "$doc" # where README.md says that it is

printf 'Source: raymig\n\nPackage: raymig\nArchitecture: any\n' > "$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O --ignore-missing-info -l"$root/usr/lib" \
    -e debian/raymig/usr/bin/raymig 2> /dev/null | sed -n 's/^shlibs:Depends=//p')

mkdir "$root/DEBIAN"
cat > "$root/DEBIAN/control" << CONTROL
Package: raymig
Version: $version
Architecture: $arch
Maintainer: raymig maintainers <maintainers@raymig.invalid>
Installed-Size: $(du -ks --exclude=DEBIAN "$root" | cut -f1)
Depends: $depends
Recommends: postgresql, libmicrohttpd12
Section: database
Priority: optional
Description: migrations for PostgreSQL, up and down
 raymig applies and takes back the migrations of a PostgreSQL database, writes
 them from a schema in Lua, and proves that each one has a way back. It reads
 the folders and tables of Drizzle Kit, Flyway, golang-migrate and others.
CONTROL
(cd "$root" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) > "$root/DEBIAN/md5sums"
printf 'activate-noawait ldconfig\n' > "$root/DEBIAN/triggers"

mkdir -p "$output"
find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
dpkg-deb --root-owner-group --uniform-compression -b "$root" "$output/raymig_${version}_$arch.deb" > /dev/null
echo "$output/raymig_${version}_$arch.deb"
