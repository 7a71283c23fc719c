#!/bin/sh
# Brings the database up to date, then becomes the program: entrypoint.sh PROGRAM ARGUMENTS...
#
# Every container of a deployment may do this: one migrates, the others wait for its lock (config lock.wait) and find
# nothing to do. The database may start beside it: --wait tries for a minute. Where it fails the container ends, with
# raymig's exit code, and the program never runs against a schema that it does not know.
set -e
raymig up --wait 60s
exec "$@"
