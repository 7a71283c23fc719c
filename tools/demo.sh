#!/usr/bin/env bash
# The worked example, shown: start the embedded server, apply migrations/, roll back, apply again.
# `make demo` builds first. Run again it goes on from where the last run stopped.
set -euo pipefail
cd "$(dirname "$0")/.."

raymig=./build/release/raymig
if [[ -t 1 && -z ${NO_COLOR-} ]]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi

# The demo has its own server: it must not touch the database that the caller's shell points at.
unset DATABASE_URL PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGSERVICE
for name in "${!RAYMIG_@}"; do
    [[ $name == RAYMIG_PG_BINDIR ]] || unset "$name"
done

show() {
    printf '\n%s$ raymig %s%s\n' "$bold" "$*" "$plain"
    "$raymig" "$@"
}

show dev start
show up --yes
show status
show down --yes
show up --yes
show status

cat <<END

${bold}What to try next${plain}
  $raymig plan                 what up or down would run, statement by statement
  $raymig down --all --yes     back to an empty database
  $raymig new add_avatars      a migration of your own; then: $raymig up
  $raymig dev psql             look at the tables
  $raymig help                 every command; help COMMAND for one
  $raymig dev stop             stop the server; its data stays in .raymig/
END
