/*
 * When an identifier needs quotes: the rule of PostgreSQL's quote_identifier(), over the keyword list of the
 * parser that is linked (libpg_query), which is 15's; what later versions reserve stands below.
 */
#include "pg/keyword.h"

#include "pg/quote.h"

#include <string.h>

/* PostgreSQL's common/keywords.h, as libpg_query has it; its header brings too much along. */
/* NOLINTBEGIN(readability-identifier-naming): PostgreSQL's names */
struct ScanKeywordList;
extern const struct ScanKeywordList ScanKeywords;
extern const unsigned char ScanKeywordCategories[];
int ScanKeywordLookup(const char *text, const struct ScanKeywordList *keywords);
/* NOLINTEND(readability-identifier-naming) */

enum { UNRESERVED = 0 };

/* src/include/parser/kwlist.h of 16, 17 and 18: those that are not unreserved and that 15 has not. */
static const char *const later[] = {
    "json",           "json_array",   "json_arrayagg", "json_exists",    "json_object",
    "json_objectagg", "json_query",   "json_scalar",   "json_serialize", "json_table",
    "json_value",     "merge_action", "system_user",
};

static bool
is_keyword(const char *name)
{
    int number = ScanKeywordLookup(name, &ScanKeywords);

    if (number >= 0)
        return ScanKeywordCategories[number] != UNRESERVED;
    for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
        if (strcmp(name, later[i]) == 0)
            return true;
    return false;
}

bool
ray_name_needs_quotes(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
    static const char others[] = "abcdefghijklmnopqrstuvwxyz_0123456789";

    return name[0] == '\0' || strchr(first, name[0]) == NULL ||
           name[strspn(name, others)] != '\0' || is_keyword(name);
}

void
ray_buf_name(struct ray_buf *buf, const char *name)
{
    if (ray_name_needs_quotes(name))
        ray_buf_ident(buf, name);
    else
        ray_buf_add(buf, name);
}
