#!/usr/bin/env bash
# What raymig needs from the system: tools/deps.sh check|install GROUP...
#
# check says what is missing and fails; install also fetches it, where that can be done without
# asking anybody: as root, with apt-get. Anywhere else it says what to install and fails: it
# never calls sudo. With nothing missing both are silent, quick and need no network.
#
# A row is there when dpkg says so or, on any other system, when its probe finds the thing.
set -euo pipefail

# group  package          probe: a command, a header, a Lua module, a server program
ROWS='
build    build-essential  cmd:gcc
build    make             cmd:make
build    pkg-config       cmd:pkg-config
build    lua5.4           cmd:lua5.4
build    liblua5.4-dev    hdr:lua5.4/lua.h
build    libpq-dev        pkg:libpq
build    libpg-query-dev  hdr:pg_query.h
build    libssl-dev       pkg:libssl
build    libjansson-dev   hdr:jansson.h
build    libmicrohttpd-dev  hdr:microhttpd.h
run      postgresql       srv:initdb
run      postgresql-contrib  ext:pgcrypto
test     lua-busted       lua:busted.runner
test     lua-filesystem   lua:lfs
test     lua-cjson        lua:cjson
test     pgbouncer        cmd:pgbouncer
test     tmux             cmd:tmux
test     valgrind         cmd:valgrind
studio   nodejs           cmd:node
studio   npm              cmd:npm
studio   chromium         cmd:chromium
lint     clang-format     cmd:clang-format
lint     clang-tidy       cmd:clang-tidy
lint     cppcheck         cmd:cppcheck
lint     lua-check        cmd:luacheck
long     wrk              cmd:wrk
fuzz     clang            cmd:clang
fuzz     libclang-rt-14-dev  hdr:fuzzer
'

usage() {
    echo "usage: tools/deps.sh check|install GROUP..." >&2
    echo "groups: $(awk 'NF { print $1 }' <<<"$ROWS" | uniq | paste -sd' ')" >&2
    exit 2
}

bindirs() {
    pg_config --bindir 2>/dev/null || true
    ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin 2>/dev/null || true
    command -v postgres | xargs -r dirname
}

found() {
    local what=${1#*:} dir
    case $1 in
    cmd:*) command -v "$what" >/dev/null || [[ -x /usr/sbin/$what ]] ;;
    pkg:*) pkg-config --exists "$what" 2>/dev/null ;;
    hdr:*) compgen -G "/usr/include/$what" >/dev/null || compgen -G "/usr/local/include/$what" >/dev/null ||
        compgen -G "/usr/lib/llvm-*/lib/clang/*/include/$what" >/dev/null ;;
    lua:*) lua5.4 -e "require '$what'" >/dev/null 2>&1 ;;
    srv:*) for dir in $(bindirs); do [[ -x $dir/$what ]] && return 0; done; return 1 ;;
    ext:*) compgen -G "/usr/share/postgresql/*/extension/$what.control" >/dev/null ||
        [[ -e $(pg_config --sharedir 2>/dev/null)/extension/$what.control ]] ;;
    esac
}

# The packages of the groups that are not there, one a line.
missing() {
    local group package probe installed=
    installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 2>/dev/null |
        awk '$2 == "installed" { print $1 }') || true
    while read -r group package probe; do
        [[ -n $group && " $* " == *" $group "* ]] || continue
        grep -qxF "$package" <<<"$installed" || found "$probe" || echo "$package"
    done <<<"$ROWS"
}

# Nothing that gets installed is to start a service: no system cluster, no pooler.
quiet_services() {
    local policy=/usr/sbin/policy-rc.d conf=/etc/postgresql-common/createcluster.conf
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >$policy
        chmod 755 $policy
        # shellcheck disable=SC2064
        trap "rm -f $policy" EXIT
    fi
    if [[ " $* " == *" postgresql "* ]]; then
        apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null
        grep -q '^ *create_main_cluster' $conf 2>/dev/null || echo 'create_main_cluster = false' >>$conf
    fi
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    echo "installing: $*" >&2
    apt-get update -qq >&2 || echo "apt-get update failed; trying with the lists that are here" >&2
    quiet_services "$@"
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

[[ $# -ge 2 && $1 =~ ^(check|install)$ ]] || usage
action=$1
shift
mapfile -t packages < <(missing "$@")
((${#packages[@]})) || exit 0

if [[ $action == install && $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    install "${packages[@]}"
    mapfile -t packages < <(missing "$@")
    ((${#packages[@]})) || exit 0
fi

{
    echo "missing: ${packages[*]}"
    if ! command -v apt-get >/dev/null; then
        echo "These are Debian's names. Install what your system calls them, then run make again."
    elif [[ $(id -u) != 0 ]]; then
        echo "Run as root:  apt-get install ${packages[*]}"
    elif [[ $action == check ]]; then
        echo "Run:  make deps"
    fi
} >&2
exit 1
