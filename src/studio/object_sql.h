/* The statements that read the details of an object. */
#ifndef RAY_STUDIO_OBJECT_SQL_H
#define RAY_STUDIO_OBJECT_SQL_H

struct ray_object_section {
    const char *name; /* NULL: its keys are the answer's own; that of the first row */
    const char *sql;  /* $1: the oid; one JSON value, no row where there is no such object */
};

/* Ends with a NULL sql. */
extern const struct ray_object_section ray_object_sections[];

#endif
