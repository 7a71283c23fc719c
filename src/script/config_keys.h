/* Rows of the config's table of keys: what config.c lists and config_read.c reads. */
#ifndef RAY_SCRIPT_CONFIG_KEYS_H
#define RAY_SCRIPT_CONFIG_KEYS_H

#include "script/config.h"

#include <stddef.h>

enum ray_config_kind {
    RAY_CONFIG_TEXT,     /* const char * */
    RAY_CONFIG_TEXTS,    /* ray_strings: a text or a list of them */
    RAY_CONFIG_BOOL,     /* bool */
    RAY_CONFIG_COUNT,    /* int, not negative */
    RAY_CONFIG_MS,       /* int64_t: "3s", or a number of ms */
    RAY_CONFIG_MB,       /* int64_t: "256MB", or a number of MB */
    RAY_CONFIG_URL,      /* const char *: a text or a function */
    RAY_CONFIG_PLUGINS,  /* config.plugins: a list of names and of tables {name, option = ...} */
    RAY_CONFIG_LEVELS,   /* config.lint: a table of levels by rule */
    RAY_CONFIG_GROUP,    /* a table with keys of its own */
    RAY_CONFIG_RESERVED, /* known, but not yet of use: an error, with the help as its hint */
    RAY_CONFIG_KIND_COUNT,
};

struct ray_config_key {
    const char *name; /* NULL ends a table */
    enum ray_config_kind kind;
    size_t at;                          /* in struct ray_config */
    const char *const *choices;         /* the texts allowed; NULL: any */
    const struct ray_config_key *group; /* of a group */
    const char *help;
};

extern const struct ray_config_key ray_config_keys[];

#endif
