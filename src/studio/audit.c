/* The log of what was written: see audit.h. */
#include "studio/audit.h"

#include "studio/store.h"

#include "base/clock.h"
#include "base/scrub.h"

#include <string.h>
#include <time.h>

enum {
    SQL_BYTES = 4000,
    LOG_BYTES = 4 << 20, /* then it is audit.log.1, in place of an older one */
};

/* "2026-11-23T09:30:00.123Z" */
static const char *
time_text(struct ray_arena *arena, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;

    gmtime_r(&seconds, &parts);
    return ray_arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                            parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min,
                            parts.tm_sec, (int)(ms % 1000));
}

void
ray_audit_set_sql(struct ray_request *request, json_t *details, const char *sql)
{
    char *text = ray_arena_strdup(request->arena, sql);
    size_t bytes = strlen(sql);

    ray_scrub(text); /* before it is cut: half of a password looks like none */
    if (strlen(text) > SQL_BYTES) {
        size_t length = SQL_BYTES;

        while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
        text[length] = '\0';
        ray_json_set_int(details, "sql_bytes", (int64_t)bytes);
    }
    ray_json_set_text(details, "sql", text);
}

void
ray_audit_note(struct ray_request *request, const char *what, json_t *details,
               const struct ray_err *failure)
{
    const struct ray_studio *studio = request->studio;
    json_t *line = json_object();
    struct ray_err ignored;
    struct ray_buf buf;
    char *text;

    ray_json_set_text(line, "at", time_text(request->arena, ray_clock_now()));
    ray_json_set_text(line, "role", ray_pool_user(studio->pool));
    ray_json_set_text(line, "database", ray_pool_database(studio->pool));
    ray_json_set_text(line, "what", what);
    ray_json_set_bool(line, "ok", failure == NULL);
    /* A message may quote a value. */
    if (failure != NULL && failure->sqlstate[0] != '\0')
        ray_json_set_text(line, "sqlstate", failure->sqlstate);
    (void)json_object_update(line, details);
    json_decref(details);
    ray_json_scrub(request->arena, line);
    text = json_dumps(line, JSON_COMPACT);
    json_decref(line);
    if (text == NULL)
        return;
    ray_buf_init(&buf, request->arena);
    ray_buf_addf(&buf, "%s\n", text);
    (free)(text); /* jansson's own */
    ray_err_init(&ignored, request->arena);
    if (!ray_store_append(request, "audit.log", &buf, LOG_BYTES, &ignored))
        return;
}
