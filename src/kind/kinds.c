/*
 * The kinds of objects: the table and nothing else. A new kind is a file, its declaration in kinds.h and its
 * row here, behind the kinds that its objects are a part of.
 */
#include "catalog/kinds.h"

#include <string.h>

/* clang-format off */
const struct ray_kind *const ray_kinds[] = {
    &ray_kind_schema,
    &ray_kind_extension,
    &ray_kind_access_method,
    &ray_kind_collation,
    &ray_kind_enum,
    &ray_kind_composite,
    &ray_kind_attribute,
    &ray_kind_base_type,
    &ray_kind_range,
    &ray_kind_domain,
    &ray_kind_domain_constraint,
    &ray_kind_function,
    &ray_kind_aggregate,
    &ray_kind_language,
    &ray_kind_operator,
    &ray_kind_operator_family,
    &ray_kind_operator_class,
    &ray_kind_cast,
    &ray_kind_transform,
    &ray_kind_conversion,
    &ray_kind_text_search_parser,
    &ray_kind_text_search_template,
    &ray_kind_text_search_dictionary,
    &ray_kind_text_search_configuration,
    &ray_kind_foreign_data_wrapper,
    &ray_kind_server,
    &ray_kind_user_mapping,
    &ray_kind_sequence,
    &ray_kind_table,
    &ray_kind_foreign_table,
    &ray_kind_view,
    &ray_kind_materialized_view,
    &ray_kind_column,
    &ray_kind_default,
    &ray_kind_constraint,
    &ray_kind_index,
    &ray_kind_statistics,
    &ray_kind_rule,
    &ray_kind_trigger,
    &ray_kind_policy,
    &ray_kind_foreign_key,
    &ray_kind_publication,
    &ray_kind_publication_table,
    &ray_kind_publication_schema,
    &ray_kind_subscription,
    &ray_kind_system_privileges,
    /* These act on whatever is made after them. */
    &ray_kind_default_privileges,
    &ray_kind_setting,
    &ray_kind_event_trigger,
};
/* clang-format on */
const size_t ray_kind_count = sizeof(ray_kinds) / sizeof(ray_kinds[0]);

const struct ray_kind *
ray_kind_named(const char *name)
{
    for (size_t i = 0; i < ray_kind_count; i++)
        if (strcmp(ray_kinds[i]->name, name) == 0)
            return ray_kinds[i];
    return NULL;
}

size_t
ray_kind_rank(const struct ray_kind *kind)
{
    size_t rank = 0;

    while (rank < ray_kind_count && ray_kinds[rank] != kind)
        rank++;
    return rank;
}
