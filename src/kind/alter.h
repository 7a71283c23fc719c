/*
 * Altering, kind by kind: the `alter` and `drop` of the kinds' rows. Attributes are named by their words, so
 * that these files need not know the kinds' own numbering. See kind.h for what `alter` promises.
 */
#ifndef RAY_KIND_ALTER_H
#define RAY_KIND_ALTER_H

#include "catalog/ddl.h"

/* True where that attribute differs. */
bool ray_differs(const struct ray_object *object, const bool *differs, const char *attribute);

/* True where none but these differ; the list ends with NULL. */
bool ray_differs_only(const struct ray_object *object, const bool *differs,
                      const char *const *attributes);

/* "ALTER TABLE t SET (a=1)" and "... RESET (b)" for lists of "name=value"; `alter` is what stands in front. */
void ray_alter_options(struct ray_ddl *ddl, const struct ray_object *object, const char *alter,
                       const char *from, const char *to);

/* The statement that `create` of the kind writes, with OR REPLACE. */
void ray_alter_replace(struct ray_ddl *ddl, const struct ray_object *object);

bool ray_table_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                        const struct ray_object *to, const bool *differs);
/* What the alteration of a table leaves to be said when the table has what its new parents have. */
void ray_table_alter_joins(struct ray_ddl *ddl, const struct ray_object *from,
                           const struct ray_object *to);
bool ray_column_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                         const struct ray_object *to, const bool *differs);
bool ray_column_disturbs(const bool *differs);
void ray_column_add(struct ray_ddl *ddl, const struct ray_object *column);
void ray_column_drop(struct ray_ddl *ddl, const struct ray_object *column);
bool ray_default_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                          const struct ray_object *to, const bool *differs);
void ray_default_drop(struct ray_ddl *ddl, const struct ray_object *object);
bool ray_constraint_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                             const struct ray_object *to, const bool *differs);
/* ALTER TABLE ... VALIDATE CONSTRAINT. */
void ray_constraint_validate(struct ray_ddl *ddl, const struct ray_object *constraint);
void ray_constraint_drop(struct ray_ddl *ddl, const struct ray_object *constraint);
bool ray_index_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                        const struct ray_object *to, const bool *differs);
/* Builds the new one beside the old, under another name; then drops the old one and gives that its name. */
void ray_index_build_beside(struct ray_ddl *ddl, const struct ray_object *index);
void ray_index_swap(struct ray_ddl *ddl, const struct ray_object *index);
bool ray_sequence_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                           const struct ray_object *to, const bool *differs);
bool ray_enum_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                       const struct ray_object *to, const bool *differs);
/* Makes the enum anew and casts these columns, which were of the old one, by way of text. */
void ray_enum_rebuild(struct ray_ddl *ddl, const struct ray_object *type,
                      const ray_objects *columns);
/* Makes these columns texts, and gives them their types back: around what a domain refuses while they hold it. */
void ray_columns_to_text(struct ray_ddl *ddl, const struct ray_object *domain,
                         const ray_objects *columns);
void ray_columns_from_text(struct ray_ddl *ddl, const struct ray_object *domain,
                           const ray_objects *columns);
bool ray_domain_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                         const struct ray_object *to, const bool *differs);
void ray_domain_constraint_drop(struct ray_ddl *ddl, const struct ray_object *constraint);
bool ray_attribute_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                            const struct ray_object *to, const bool *differs);
void ray_attribute_add(struct ray_ddl *ddl, const struct ray_object *attribute);
void ray_attribute_drop(struct ray_ddl *ddl, const struct ray_object *attribute);
bool ray_view_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                       const struct ray_object *to, const bool *differs);
bool ray_materialized_view_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                                    const struct ray_object *to, const bool *differs);
bool ray_function_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                           const struct ray_object *to, const bool *differs);
bool ray_trigger_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                          const struct ray_object *to, const bool *differs);
bool ray_rule_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                       const struct ray_object *to, const bool *differs);
bool ray_policy_alter_to(struct ray_ddl *ddl, const struct ray_object *from,
                         const struct ray_object *to, const bool *differs);

#endif
