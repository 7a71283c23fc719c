/*
 * Settings of the database, and of roles in it: the name is the setting's, the signature the role. They are written so
 * that they hold for the database in which they are run, whatever its name is.
 */
#include "catalog/ddl.h"
#include "catalog/kinds.h"
#include "pg/quote.h"

enum { VALUE };

static const struct ray_attribute attributes[] = {
    [VALUE] = {"value", "substr(o.line, strpos(o.line, '=') + 1)", RAY_ATTRIBUTE_TEXT, false},
};

/* A text that stands inside of a literal that format() reads. */
static void
add_doubled(struct ray_buf *buf, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '%')
            ray_buf_addc(buf, *text);
        ray_buf_addc(buf, *text);
    }
}

/* ALTER DATABASE takes a name only. Literals are read as they are: a backslash in a value makes it E''. */
static void
add_alter(struct ray_buf *body, const struct ray_object *setting, const char *words)
{
    struct ray_buf name;

    ray_buf_init(&name, body->arena);
    ray_ddl_dotted(&name, setting->name);
    ray_buf_add(body, "\nBEGIN\n    EXECUTE format('ALTER ");
    if (setting->signature != NULL) {
        struct ray_buf role;

        ray_buf_init(&role, body->arena);
        ray_ddl_name(&role, setting->signature);
        ray_buf_add(body, "ROLE ");
        add_doubled(body, role.data);
        ray_buf_add(body, " IN ");
    }
    ray_buf_addf(body, "DATABASE %%I %s ", words);
    add_doubled(body, name.data);
}

static void
write_body(struct ray_ddl *ddl, const struct ray_object *setting, const struct ray_buf *body)
{
    struct ray_buf *buf = ray_ddl_begin(ddl);

    ray_buf_add(buf, "DO ");
    ray_ddl_dollar_quoted(buf, body->data);
    ray_ddl_end(ddl, setting);
}

static void
create(struct ray_ddl *ddl, const struct ray_object *setting)
{
    const char *value = ray_object_value(setting, VALUE);
    bool is_list = ray_ddl_is_list_setting(setting->name);
    struct ray_buf body;

    ray_buf_init(&body, ddl->arena);
    add_alter(&body, setting, "SET");
    ray_buf_addf(&body, " TO %s', current_database(), ", is_list ? "%s" : "%L");
    ray_buf_literal(&body, is_list ? ray_ddl_setting_list(ddl->arena, value) : value);
    ray_buf_add(&body, ");\nEND\n");
    write_body(ddl, setting, &body);
}

static void
drop(struct ray_ddl *ddl, const struct ray_object *setting)
{
    struct ray_buf body;

    ray_buf_init(&body, ddl->arena);
    add_alter(&body, setting, "RESET");
    ray_buf_add(&body, "', current_database());\nEND\n");
    write_body(ddl, setting, &body);
}

static bool
alter(struct ray_ddl *ddl, const struct ray_object *from, const struct ray_object *to,
      const bool *differs)
{
    (void)from;
    (void)differs;
    create(ddl, to);
    return true;
}

const struct ray_kind ray_kind_setting = {
    .name = "setting",
    .keyword = "SETTING",
    .catalog = "pg_db_role_setting",
    .select = {.from = "pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase"
                       " LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) o(line)"
                       " WHERE d.datname = current_database()",
               .name = "split_part(o.line, '=', 1)",
               .signature = "r.rolname"},
    RAY_ATTRIBUTES(attributes),
    .create = create,
    .drop = drop,
    .alter = alter,
};
