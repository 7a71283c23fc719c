/* The export: see export.h. */
#include "project/export.h"

#include "catalog/export.h"
#include "catalog/snapshot.h"
#include "project/source.h"

bool
ray_export(struct ray_project *project, const char *from, bool snapshot, struct ray_buf *out)
{
    struct ray_catalog *catalog;

    if (!ray_source_load(project, from == NULL ? "db" : from, &catalog) ||
        !ray_source_is_whole(project, catalog))
        return false;
    if (!snapshot)
        return ray_catalog_export(catalog, out, &project->err);
    ray_snapshot_write(catalog, out);
    return true;
}
