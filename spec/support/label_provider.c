/* A provider of security labels that takes any: loaded by the server of spec/db/labels_spec.lua. */
#include "postgres.h"

#include "commands/seclabel.h"
#include "fmgr.h"

PG_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

static void
take(const ObjectAddress *object, const char *label)
{
    (void)object;
    (void)label;
}

void
_PG_init(void)
{
    register_label_provider("spec", take);
    register_label_provider("Other one", take);
}
