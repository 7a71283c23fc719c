/* The kinds by name: src/kind has a file for each, and kinds.c there lists them. */
#ifndef RAY_CATALOG_KINDS_H
#define RAY_CATALOG_KINDS_H

#include "catalog/kind.h"
#include "catalog/loader.h"

extern const struct ray_kind ray_kind_schema;
extern const struct ray_kind ray_kind_extension;
extern const struct ray_kind ray_kind_access_method;
extern const struct ray_kind ray_kind_collation;
extern const struct ray_kind ray_kind_enum;
extern const struct ray_kind ray_kind_composite;
extern const struct ray_kind ray_kind_attribute;
extern const struct ray_kind ray_kind_base_type;
extern const struct ray_kind ray_kind_range;
extern const struct ray_kind ray_kind_domain;
extern const struct ray_kind ray_kind_domain_constraint;
extern const struct ray_kind ray_kind_function;
extern const struct ray_kind ray_kind_aggregate;
extern const struct ray_kind ray_kind_language;
extern const struct ray_kind ray_kind_operator;
extern const struct ray_kind ray_kind_operator_family;
extern const struct ray_kind ray_kind_operator_class;
extern const struct ray_kind ray_kind_cast;
extern const struct ray_kind ray_kind_transform;
extern const struct ray_kind ray_kind_conversion;
extern const struct ray_kind ray_kind_text_search_parser;
extern const struct ray_kind ray_kind_text_search_template;
extern const struct ray_kind ray_kind_text_search_dictionary;
extern const struct ray_kind ray_kind_text_search_configuration;
extern const struct ray_kind ray_kind_foreign_data_wrapper;
extern const struct ray_kind ray_kind_server;
extern const struct ray_kind ray_kind_user_mapping;
extern const struct ray_kind ray_kind_sequence;
extern const struct ray_kind ray_kind_table;
extern const struct ray_kind ray_kind_foreign_table;
extern const struct ray_kind ray_kind_view;
extern const struct ray_kind ray_kind_materialized_view;
extern const struct ray_kind ray_kind_column;
extern const struct ray_kind ray_kind_default;
extern const struct ray_kind ray_kind_constraint;
extern const struct ray_kind ray_kind_index;
extern const struct ray_kind ray_kind_statistics;
extern const struct ray_kind ray_kind_rule;
extern const struct ray_kind ray_kind_trigger;
extern const struct ray_kind ray_kind_policy;
extern const struct ray_kind ray_kind_foreign_key;
extern const struct ray_kind ray_kind_publication;
extern const struct ray_kind ray_kind_publication_table;
extern const struct ray_kind ray_kind_publication_schema;
extern const struct ray_kind ray_kind_subscription;
extern const struct ray_kind ray_kind_system_privileges;
extern const struct ray_kind ray_kind_default_privileges;
extern const struct ray_kind ray_kind_setting;
extern const struct ray_kind ray_kind_event_trigger;

/* A shell type: the stub of base types and ranges. */
void ray_type_stub(struct ray_ddl *ddl, const struct ray_object *type);

/* Of a schema of the server's own nothing is loaded; `n` is its pg_namespace. */
#define RAY_SQL_USER_SCHEMA "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"

/* Options of a column that somebody set. Those that begin with pg_ are the server's own: pg_attver, of the minor
 * releases of November 2026, is another number in each database
 * (https://www.postgresql.org/docs/15/catalog-pg-attribute.html). */
#define RAY_SQL_HAS_COLUMN_OPTIONS(array) \
    "(cardinality(" array ") > 1 OR NOT starts_with((" array ")[1], 'pg_'))"
#define RAY_SQL_COLUMN_OPTIONS(array)                           \
    "CASE WHEN " RAY_SQL_HAS_COLUMN_OPTIONS(                    \
        array) " THEN NULLIF(ARRAY(SELECT o FROM unnest(" array \
               ") o WHERE NOT starts_with(o, 'pg_')), ARRAY[]::text[]) END"

/* Options of foreign objects are a set. */
#define RAY_SQL_SORTED(array)                                         \
    "CASE WHEN " array " IS NOT NULL THEN ARRAY(SELECT unnest(" array \
    ") COLLATE \"C\" ORDER BY 1)"                                     \
    " END"

#endif
