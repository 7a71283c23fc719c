/* Assets: see assets.h. The table itself is made by the build. */
#include "studio/assets.h"

#include <string.h>

const struct ray_asset *
ray_asset_find(const struct ray_asset *assets, const char *path)
{
    if (strcmp(path, "/") == 0)
        path = "/index.html";
    for (; assets->path != NULL; assets++)
        if (strcmp(assets->path, path) == 0)
            return assets;
    return NULL;
}
