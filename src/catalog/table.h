/* How tables, their columns, defaults and constraints write each other. */
#ifndef RAY_CATALOG_TABLE_H
#define RAY_CATALOG_TABLE_H

#include "catalog/ddl.h"

/* "id integer DEFAULT 1 NOT NULL": a column as CREATE TABLE has it. With `options`, only what stands behind
 * the type: a column of a typed table. */
void ray_column_definition(struct ray_ddl *ddl, struct ray_buf *buf,
                           const struct ray_object *column, bool options);

/* "GENERATED ALWAYS AS IDENTITY (START WITH 10)" */
const char *ray_column_identity(struct ray_ddl *ddl, const struct ray_object *column);

/* True where a partition's column has the identity of its parent's, which is so from 17 on. */
bool ray_column_shares_identity(int version, const struct ray_object *column);

/* What the NOT NULL of a column is called, from 18 on: as its constraint is, as that of the whole that a partition has it of,
 * or as PostgreSQL calls it by itself. */
const char *ray_column_not_null_name(const struct ray_catalog *catalog,
                                     const struct ray_object *column);

/* The constraint that says that the column is NOT NULL, and more; NULL where there is none. */
const struct ray_object *ray_column_not_null(struct ray_arena *arena,
                                             const struct ray_object *column);

/* ALTER COLUMN for what CREATE TABLE cannot say of a column: storage, statistics, options, and what differs from
 * `base`, the parent's column (NULL: nothing is inherited). */
void ray_column_settings(struct ray_ddl *ddl, const struct ray_object *column,
                         const struct ray_object *base);

/* The parts that stand in CREATE TABLE: " (...)", or nothing where it needs no list. */
void ray_table_parts(struct ray_ddl *ddl, struct ray_buf *buf, const struct ray_object *table);
/* "INHERITS (...)"; nothing where it inherits from none, or where it gets its parents behind its CREATE TABLE. */
void ray_table_inherits(const struct ray_catalog *catalog, struct ray_buf *buf,
                        const struct ray_object *table);

/* True where it is a table of its own that becomes a partition behind its CREATE TABLE. */
bool ray_table_is_attached(const struct ray_catalog *catalog, const struct ray_object *table);
/* True where CREATE TABLE takes nothing from a parent: that, and one that gets parents later (inherit.h). */
bool ray_table_is_independent(const struct ray_catalog *catalog, const struct ray_object *table);
/* What then makes it one, or gives it the parents that CREATE TABLE did not; else nothing. */
void ray_table_attach(struct ray_ddl *ddl, const struct ray_object *table);
/* ALTER TABLE ... ATTACH PARTITION. */
void ray_table_join(struct ray_ddl *ddl, const struct ray_object *table);

/* ray_column_settings for all its columns. */
void ray_table_column_settings(struct ray_ddl *ddl, const struct ray_object *table);

/* "CONSTRAINT c CHECK (x > 0)": a constraint as CREATE TABLE and ADD have it. */
void ray_constraint_definition(struct ray_buf *buf, const struct ray_object *constraint);

/* The column, or its default, of that name among a table's parts; NULL where there is none. */
const struct ray_object *ray_table_part(const struct ray_object *table, const char *kind,
                                        const char *name);

/* "ALTER TABLE public.users", "ALTER VIEW public.v": as what holds the part wants it. */
void ray_table_alter(struct ray_buf *buf, const struct ray_object *part, bool only);

/* True where the part is one of a partitioned table that was loaded: what its partitions have of it are objects
 * of their own. A declared one is made for them, too. */
bool ray_table_is_whole(const struct ray_object *part);

/* The table that it inherits from or is a partition of, by the text of the attribute; NULL: not there. */
struct ray_object *ray_table_named(const struct ray_catalog *catalog, const char *name);

#endif
