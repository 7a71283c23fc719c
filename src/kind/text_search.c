/* Text search: parsers, templates, dictionaries, configurations. */
#include "catalog/definition.h"
#include "catalog/kinds.h"
#include "catalog/list.h"

#include <string.h>

#define ROUTINE(column) "NULLIF(" column "::oid, 0)::regproc"

static void
create_of(struct ray_ddl *ddl, const struct ray_object *object, const struct ray_definition *words,
          size_t count)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_addf(buf, "CREATE %s ", object->kind->keyword);
    ray_ddl_qualified(buf, object);
    ray_ddl_definition(buf, object, words, count);
    ray_ddl_end(ddl, object);
}

/* ---------------------------------------------------------------- parsers */

enum { START, TOKEN, END, HEADLINE, TYPES };

static const struct ray_attribute parser_attributes[] = {
    [START] = {"start", ROUTINE("p.prsstart"), RAY_ATTRIBUTE_TEXT, false},
    [TOKEN] = {"gettoken", ROUTINE("p.prstoken"), RAY_ATTRIBUTE_TEXT, false},
    [END] = {"end", ROUTINE("p.prsend"), RAY_ATTRIBUTE_TEXT, false},
    [HEADLINE] = {"headline", ROUTINE("p.prsheadline"), RAY_ATTRIBUTE_TEXT, false},
    [TYPES] = {"lextypes", ROUTINE("p.prslextype"), RAY_ATTRIBUTE_TEXT, false},
};

static const struct ray_definition parser_words[] = {
    {START, "START", RAY_DEFINE_SQL},    {TOKEN, "GETTOKEN", RAY_DEFINE_SQL},
    {END, "END", RAY_DEFINE_SQL},        {HEADLINE, "HEADLINE", RAY_DEFINE_SQL},
    {TYPES, "LEXTYPES", RAY_DEFINE_SQL},
};

static void
create_parser(struct ray_ddl *ddl, const struct ray_object *parser)
{
    create_of(ddl, parser, parser_words, sizeof(parser_words) / sizeof(parser_words[0]));
}

const struct ray_kind ray_kind_text_search_parser = {
    .name = "text search parser",
    .keyword = "TEXT SEARCH PARSER",
    .catalog = "pg_ts_parser",
    .select = {.probe = "pg_ts_parser WHERE oid >= 16384",
               .from = "pg_ts_parser p JOIN pg_namespace n ON n.oid = p.prsnamespace"
                       " WHERE p.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "p.oid",
               .schema = "n.nspname",
               .name = "p.prsname"},
    RAY_ATTRIBUTES(parser_attributes),
    .sealed = true,
    .create = create_parser,
};

/* ---------------------------------------------------------------- templates */

enum { INIT, LEXIZE };

static const struct ray_attribute template_attributes[] = {
    [INIT] = {"init", ROUTINE("t.tmplinit"), RAY_ATTRIBUTE_TEXT, false},
    [LEXIZE] = {"lexize", ROUTINE("t.tmpllexize"), RAY_ATTRIBUTE_TEXT, false},
};

static const struct ray_definition template_words[] = {
    {INIT, "INIT", RAY_DEFINE_SQL},
    {LEXIZE, "LEXIZE", RAY_DEFINE_SQL},
};

static void
create_template(struct ray_ddl *ddl, const struct ray_object *template)
{
    create_of(ddl, template, template_words, sizeof(template_words) / sizeof(template_words[0]));
}

const struct ray_kind ray_kind_text_search_template = {
    .name = "text search template",
    .keyword = "TEXT SEARCH TEMPLATE",
    .catalog = "pg_ts_template",
    .select = {.probe = "pg_ts_template WHERE oid >= 16384",
               .from = "pg_ts_template t JOIN pg_namespace n ON n.oid = t.tmplnamespace"
                       " WHERE t.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "t.oid",
               .schema = "n.nspname",
               .name = "t.tmplname"},
    RAY_ATTRIBUTES(template_attributes),
    .sealed = true,
    .create = create_template,
};

/* ---------------------------------------------------------------- dictionaries */

enum { TEMPLATE, OPTIONS };

static const struct ray_attribute dictionary_attributes[] = {
    [TEMPLATE] = {"template",
                  "(SELECT quote_ident(tn.nspname) || '.' || quote_ident(t.tmplname)"
                  " FROM pg_ts_template t JOIN pg_namespace tn ON tn.oid = t.tmplnamespace"
                  " WHERE t.oid = d.dicttemplate)",
                  RAY_ATTRIBUTE_TEXT, false},
    [OPTIONS] = {"options", "d.dictinitoption", RAY_ATTRIBUTE_TEXT, false},
};

static void
create_dictionary(struct ray_ddl *ddl, const struct ray_object *dictionary)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "CREATE TEXT SEARCH DICTIONARY ");
    ray_ddl_qualified(buf, dictionary);
    ray_buf_addf(buf, " (\n    TEMPLATE = %s", ray_object_value(dictionary, TEMPLATE));
    if (ray_object_is(dictionary, OPTIONS))
        ray_buf_addf(buf, ",\n    %s", ray_object_value(dictionary, OPTIONS));
    ray_buf_add(buf, "\n)");
    ray_ddl_end(ddl, dictionary);
}

const struct ray_kind ray_kind_text_search_dictionary = {
    .name = "text search dictionary",
    .keyword = "TEXT SEARCH DICTIONARY",
    .catalog = "pg_ts_dict",
    .select = {.probe = "pg_ts_dict WHERE oid >= 16384",
               .from = "pg_ts_dict d JOIN pg_namespace n ON n.oid = d.dictnamespace"
                       " WHERE d.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "d.oid",
               .schema = "n.nspname",
               .name = "d.dictname",
               .owner = "d.dictowner"},
    RAY_ATTRIBUTES(dictionary_attributes),
    .sealed = true,
    .has_owner = true,
    .create = create_dictionary,
};

/* ---------------------------------------------------------------- configurations */

enum { PARSER, MAPPINGS };

static const struct ray_attribute configuration_attributes[] = {
    [PARSER] = {"parser",
                "(SELECT quote_ident(pn.nspname) || '.' || quote_ident(p.prsname)"
                " FROM pg_ts_parser p JOIN pg_namespace pn ON pn.oid = p.prsnamespace"
                " WHERE p.oid = c.cfgparser)",
                RAY_ATTRIBUTE_TEXT, false},
    /* "asciiword WITH english_stem, simple", as ALTER MAPPING has it */
    [MAPPINGS] = {"mappings",
                  "ARRAY(SELECT (SELECT quote_ident(t.alias) FROM ts_token_type(c.cfgparser) t"
                  " WHERE t.tokid = m.maptokentype) || ' WITH '"
                  " || string_agg(m.mapdict::regdictionary::text, ', ' ORDER BY m.mapseqno)"
                  " FROM pg_ts_config_map m WHERE m.mapcfg = c.oid"
                  " GROUP BY m.maptokentype ORDER BY m.maptokentype)",
                  RAY_ATTRIBUTE_LIST, false},
};

static const struct ray_definition configuration_words[] = {{PARSER, "PARSER", RAY_DEFINE_SQL}};

/* Tokens that have the same dictionaries stand in one statement, with the first of them. */
static void
write_mappings(struct ray_ddl *ddl, const struct ray_object *configuration)
{
    ray_list mappings = ray_list_read(ddl->arena, ray_object_value(configuration, MAPPINGS));

    for (size_t i = 0; i < mappings.len; i++) {
        const char *with = mappings.items[i] == NULL ? NULL : strstr(mappings.items[i], " WITH ");
        struct ray_buf *buf;

        if (with == NULL) /* it was written with another */
            continue;
        buf = ray_ddl_begin(ddl);
        ray_buf_add(buf, "ALTER TEXT SEARCH CONFIGURATION ");
        ray_ddl_qualified(buf, configuration);
        ray_buf_add(buf, "\n    ADD MAPPING FOR ");
        ray_buf_addn(buf, mappings.items[i], (size_t)(with - mappings.items[i]));
        for (size_t j = i + 1; j < mappings.len; j++) {
            const char *other = mappings.items[j] == NULL ? NULL
                                                          : strstr(mappings.items[j], " WITH ");

            if (other == NULL || strcmp(other, with) != 0)
                continue;
            ray_buf_addf(buf, ", %.*s", (int)(other - mappings.items[j]), mappings.items[j]);
            mappings.items[j] = NULL;
        }
        ray_buf_add(buf, with);
        ray_ddl_end(ddl, configuration);
    }
}

static void
create_configuration(struct ray_ddl *ddl, const struct ray_object *configuration)
{
    create_of(ddl, configuration, configuration_words, 1);
    write_mappings(ddl, configuration);
}

const struct ray_kind ray_kind_text_search_configuration = {
    .name = "text search configuration",
    .keyword = "TEXT SEARCH CONFIGURATION",
    .catalog = "pg_ts_config",
    .select = {.probe = "pg_ts_config WHERE oid >= 16384",
               .from = "pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace"
                       " WHERE c.oid >= 16384 AND " RAY_SQL_USER_SCHEMA,
               .oid = "c.oid",
               .schema = "n.nspname",
               .name = "c.cfgname",
               .owner = "c.cfgowner"},
    RAY_ATTRIBUTES(configuration_attributes),
    .sealed = true,
    .has_owner = true,
    .create = create_configuration,
};
