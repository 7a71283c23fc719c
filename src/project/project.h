/*
 * A project opened for one operation: its config and folder, its database, the state for scripts, the shadow. Each is
 * made at the first call and kept until ray_project_close. What the commands, the studio and the library do with a
 * project stands in this room; nothing of it prints, asks, or knows where options came from. What is to be told goes
 * through one callback, what is to be asked through two.
 *
 * An operation gives a result struct and, by a function beside it, the one JSON document that --json prints, the
 * library returns and the studio serves.
 *
 * A project belongs to one thread at a time; two threads may have one each. It keeps what it reads until it is
 * closed, so whoever lives long opens one for each operation.
 */
#ifndef RAY_PROJECT_PROJECT_H
#define RAY_PROJECT_PROJECT_H

#include "base/json.h"
#include "base/vec.h"
#include "history/folder.h"
#include "pg/conn.h"
#include "script/config.h"
#include "script/script.h"

struct ray_server_options;
struct ray_schema;
struct ray_shadow;

/* Whom a project speaks to. Texts hold no password, and are good during the call alone. */
enum ray_talk {
    RAY_TALK_SAY,
    RAY_TALK_WARN,
    RAY_TALK_DETAIL, /* for who wants to know more */
    RAY_TALK_LIVE, /* what is done just now, in place of what was said so before; "": nothing any more */
};

struct ray_project_listener {
    void *arg;
    void (*talk)(void *arg, enum ray_talk kind, const char *text); /* NULL: nobody listens */
    /* True for yes. Else the error is set, RAY_REFUSED as a rule. NULL: nobody can be asked, which is RAY_REFUSED. */
    bool (*confirm)(void *arg, const char *question, struct ray_err *err);
    /* Likewise one of `count` answers, *out its index; NULL: what is open is refused with the words that settle it. */
    bool (*choose)(void *arg, const char *question, const char *const *answers, size_t count,
                   size_t *out, struct ray_err *err);
};

/* What whoever opened it said; all zero is allowed. Texts stay where they are: they must outlive the project. */
struct ray_project_options {
    const char
        *command; /* what is done, "up": in the names of connections, and in hints; NULL: "" */
    const char *dashes; /* before an option's name in messages: "--" for commands; NULL: none */
    const char *folder; /* where the config is looked for; NULL: the working folder */
    const char *
        config; /* the config's path; NULL: RAYMIG_CONFIG, or raymig.lua in the folder or above it */
    const char *url;        /* NULL: see ray_project_database */
    const char *shadow_url; /* NULL: a throwaway server */
    const char *out;        /* the migrations folder; NULL: RAYMIG_OUT, or the config's */
    const char *format;     /* of that folder; NULL: RAYMIG_FORMAT, or the config's */
    int64_t wait_ms;        /* keep trying to connect for so long */
    int jobs;               /* connections to read a database over; 0: one */
    bool lossy;             /* go on although a catalog is not whole */
    bool accept_data_loss;  /* of push */
    bool without_plugins;   /* those of the config are not looked for */
    ray_strings renames;    /* OLD=NEW */
    ray_strings dropped;    /* OLD */
};

struct ray_project {
    struct ray_arena *arena;
    struct ray_err err; /* of the last function that gave false */
    struct ray_project_options options;
    struct ray_project_listener listener;
    struct ray_config config; /* after ray_project_configure */
    bool configured;
    struct ray_conn_options database; /* after ray_project_database */
    bool has_database;
    struct ray_lua *lua;               /* after ray_project_lua */
    const struct ray_schema *schema;   /* the Lua schema, once it was a source; else NULL */
    const struct ray_schema *declared; /* that of the config, once it was run; else NULL */
    struct ray_shadow *shadow;         /* after ray_project_shadow */
    bool warned_of_shadow;
    int server_major; /* of the database, once a source has asked it; 0: unknown */
    const char *
        questions; /* JSON, as in renames.h: what was taken for a drop, with a warning; NULL: nothing */
};

/* Reads nothing yet. Options and listener may be set in `out` behind it. Close it in any case. */
void ray_project_init(struct ray_project *out, struct ray_arena *arena);
void ray_project_close(struct ray_project *project);

/* Loads the config: the option, RAYMIG_CONFIG, raymig.lua in the folder or one above it; defaults where there is none.
 * Puts RAYMIG_* variables and options over it. */
bool ray_project_configure(struct ray_project *project) RAY_MUST_CHECK;

/* The state for scripts. */
struct ray_lua *ray_project_lua(struct ray_project *project);

/* The shadow: the one of the options, or a throwaway server of the version of the database, where that was asked
 * already. */
bool ray_project_shadow(struct ray_project *project, struct ray_shadow **out) RAY_MUST_CHECK;

/* Which database: the options' url, RAYMIG_URL, DATABASE_URL, PG* variables, the config's url, else the embedded server,
 * which is started and named in one line of talk. The connection string is checked. */
bool ray_project_database(struct ray_project *project, struct ray_conn_options *out) RAY_MUST_CHECK;
/* The same, but no server is started: *named is false where nothing says which, and `out` does not count then. */
bool ray_project_named_database(struct ray_project *project, struct ray_conn_options *out,
                                bool *named) RAY_MUST_CHECK;
bool ray_project_connect(struct ray_project *project, struct ray_conn **out) RAY_MUST_CHECK;

/* The migrations folder of the config, and its path. */
bool ray_project_folder(struct ray_project *project, bool may_be_missing,
                        struct ray_folder *out) RAY_MUST_CHECK;
/* How the folder at a path is laid out, of this name (NULL: it is detected): sets `format` and `own` of the options. A name
 * may be a plugin's; a folder without a journal may be one that a plugin says is its own, which is asked before the
 * layouts that raymig knows. */
bool ray_project_format(struct ray_project *project, const char *path, const char *name,
                        struct ray_folder_options *out) RAY_MUST_CHECK;
const char *ray_project_folder_path(const struct ray_project *project);

/* Where the project's embedded server is, and which of its databases is meant. */
void ray_project_server(struct ray_project *project, struct ray_server_options *out);

/* True where the listener says yes; else RAY_REFUSED. */
bool ray_project_confirm(struct ray_project *project, const char *question) RAY_MUST_CHECK;

/* "--url", or "url": how messages name an option. */
const char *ray_project_word(const struct ray_project *project, const char *option);

/* A line for the listener. */
void ray_project_say(struct ray_project *project, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ray_project_warn(struct ray_project *project, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ray_project_detail(struct ray_project *project, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void ray_project_live(struct ray_project *project, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The text of a result, in the project's arena; the object is freed. What looks like a password in its error is
 * blotted out. */
const char *ray_project_json(struct ray_project *project, json_t *object);

#endif
