/* History and saved queries: see queries.h. */
#include "studio/queries.h"

#include "studio/routes.h"
#include "studio/store.h"

#include "base/clock.h"
#include "base/scrub.h"
#include "pg/statement.h"

#include <stddef.h>
#include <string.h>

enum {
    HISTORY_MOST = 500,
    HISTORY_BYTES = 1 << 20, /* of all its texts */
    SQL_BYTES = 64 * 1024,   /* of one */
    SAVED_MOST = 1000,
    SAVED_BYTES = 256 * 1024,
    NAME_BYTES = 200,
};

/* The list of that name in the file, made where there is none. */
static json_t *
list_of(json_t *kept, const char *name)
{
    json_t *list = json_object_get(kept, name);

    if (json_is_array(list))
        return list;
    list = json_array();
    (void)json_object_set_new(kept, name, list);
    return list;
}

static const char *
text_of(const json_t *entry, const char *key)
{
    const char *text = json_string_value(json_object_get(entry, key));

    return text == NULL ? "" : text;
}

/* ---------------------------------------------------------------- history */

/* Newest first; the oldest go. */
static void
add_to_history(json_t *history, json_t *entry)
{
    const json_t *last = json_array_get(history, 0);
    size_t bytes = 0;

    if (last != NULL && strcmp(text_of(last, "sql"), text_of(entry, "sql")) == 0)
        (void)json_array_remove(history, 0);
    (void)json_array_insert_new(history, 0, entry);
    for (size_t i = 0; i < json_array_size(history); i++) {
        bytes += strlen(text_of(json_array_get(history, i), "sql"));
        if (i > 0 && (i >= HISTORY_MOST || bytes > HISTORY_BYTES))
            while (json_array_size(history) > i)
                (void)json_array_remove(history, json_array_size(history) - 1);
    }
}

void
ray_queries_note(struct ray_request *request, const char *sql, int64_t ms, size_t rows,
                 const struct ray_err *failure)
{
    char *text = ray_arena_strdup(request->arena, sql);
    struct ray_err ignored;
    json_t *entry;
    json_t *kept;

    ray_err_init(&ignored, request->arena);
    if (*ray_statement_head(sql) == '\0' || strlen(sql) > SQL_BYTES ||
        !ray_store_begin(request, RAY_STORE_QUERIES, &kept, &ignored))
        return;
    ray_scrub(text);
    entry = json_object();
    ray_json_set_text(entry, "sql", text);
    ray_json_set_int(entry, "at", ray_clock_now());
    ray_json_set_int(entry, "ms", ms);
    ray_json_set_int(entry, "rows", (int64_t)rows);
    ray_json_set_text(entry, "error",
                      failure == NULL            ? NULL
                      : failure->message != NULL ? failure->message
                                                 : "cancelled");
    ray_json_scrub(request->arena, entry);
    add_to_history(list_of(kept, "history"), entry);
    if (!ray_store_end(request, RAY_STORE_QUERIES, kept, &ignored))
        return;
}

bool
ray_studio_queries(struct ray_request *request, struct ray_err *err)
{
    json_t *kept;

    if (!ray_store_read(request, RAY_STORE_QUERIES, &kept, err))
        return false;
    (void)list_of(kept, "history");
    (void)list_of(kept, "saved");
    ray_reply_json(request, kept);
    return true;
}

/* ---------------------------------------------------------------- saved */

struct change {
    json_t *save;
    const char *delete;
    bool clear_history;
};

struct saved {
    const char *name;
    const char *sql;
};

static bool
read_change(struct ray_request *request, struct change *out, struct saved *saved,
            struct ray_err *err)
{
    static const struct ray_field fields[] = {
        {"save", RAY_FIELD_OBJECT, false, offsetof(struct change, save)},
        {"delete", RAY_FIELD_TEXT, false, offsetof(struct change, delete)},
        {"clear_history", RAY_FIELD_BOOL, false, offsetof(struct change, clear_history)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };
    static const struct ray_field query[] = {
        {"name", RAY_FIELD_TEXT, true, offsetof(struct saved, name)},
        {"sql", RAY_FIELD_TEXT, true, offsetof(struct saved, sql)},
        {NULL, RAY_FIELD_ANY, false, 0},
    };

    if (!ray_request_fields(request->body, fields, out, err))
        return false;
    if ((out->save != NULL) + (out->delete != NULL) + out->clear_history != 1)
        return ray_err_set(err, RAY_USAGE,
                           "one of \"save\", \"delete\" and \"clear_history\" must be given");
    if (out->save == NULL)
        return true;
    if (!ray_request_fields(out->save, query, saved, err))
        return false;
    if (saved->name[0] == '\0' || strlen(saved->name) > NAME_BYTES)
        return ray_err_set(err, RAY_USAGE, "\"name\" is empty, or longer than %d bytes",
                           NAME_BYTES);
    if (strlen(saved->sql) > SAVED_BYTES)
        return ray_err_set(err, RAY_USAGE, "a query to be saved is longer than %d bytes",
                           SAVED_BYTES);
    return true;
}

/* False where there is none of that name. */
static bool
forget(json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (strcmp(text_of(json_array_get(list, i), "name"), name) == 0)
            return json_array_remove(list, i) == 0;
    return false;
}

static bool
apply(struct ray_request *request, json_t *kept, const struct change *change,
      const struct saved *saved, struct ray_err *err)
{
    json_t *list = list_of(kept, "saved");

    if (change->clear_history)
        return json_array_clear(list_of(kept, "history")) == 0;
    if (change->delete != NULL)
        return forget(list, change->delete) ||
               ray_request_refuse(request, 404, err, "no saved query is called \"%s\"",
                                  change->delete);
    if (saved->name == NULL)
        return ray_err_set(err, RAY_USAGE, "\"save\" has no name");
    (void)forget(list, saved->name);
    if (json_array_size(list) >= SAVED_MOST)
        return ray_err_set(err, RAY_USAGE, "there are %d saved queries already", SAVED_MOST);
    return json_array_append_new(list, json_pack("{s:s,s:s}", "name", saved->name, "sql",
                                                 saved->sql)) == 0;
}

bool
ray_studio_queries_change(struct ray_request *request, struct ray_err *err)
{
    struct change change = {0};
    struct saved saved = {0};
    json_t *kept;

    if (!read_change(request, &change, &saved, err) ||
        !ray_store_begin(request, RAY_STORE_QUERIES, &kept, err))
        return false;
    if (!apply(request, kept, &change, &saved, err)) {
        ray_store_leave(request, kept);
        return false;
    }
    (void)list_of(kept, "history");
    (void)json_incref(kept);
    if (!ray_store_end(request, RAY_STORE_QUERIES, kept, err)) {
        json_decref(kept);
        return false;
    }
    ray_reply_json(request, kept);
    return true;
}
