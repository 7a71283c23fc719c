/* Whether a statement may do what no catalog of the database tells, by PostgreSQL's own parser: for those who make of many
 * migrations the one that leads to the same schema. */
#ifndef RAY_PG_DATA_H
#define RAY_PG_DATA_H

#include <stdbool.h>

/* True for what inserts, updates, deletes, copies or computes (DML, CREATE TABLE AS, SELECT, DO, CALL), for what is the
 * server's (roles, databases, tablespaces), and for what the parser does not know. */
bool ray_statement_is_data(const char *text);

#endif
