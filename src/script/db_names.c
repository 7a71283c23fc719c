/*
 * Cursors and prepared statements on the server, by number. A handle that is closed in good time closes
 * its own; one that the garbage collector got only marks it here, and the next call, or the end of the
 * session, closes it. Cursors die with their transaction or savepoint without our hearing of it, and
 * closing one that is gone would fail the transaction: pg_cursors is asked first.
 */
#include "script/db.h"

int
db_name_new(struct db_session *session, bool cursor)
{
    struct db_name *name = NULL;

    for (size_t i = 0; i < session->names.len && name == NULL; i++)
        if (session->names.items[i].number == 0)
            name = &session->names.items[i];
    if (name == NULL)
        name = ray_vec_add(session->arena, &session->names);
    name->number = ++session->lua->serial;
    name->cursor = cursor;
    name->doomed = false;
    name->epoch = session->epoch;
    return name->number;
}

static struct db_name *
find(struct db_session *session, int number)
{
    for (size_t i = 0; number != 0 && i < session->names.len; i++)
        if (session->names.items[i].number == number)
            return &session->names.items[i];
    return NULL;
}

void
db_name_drop(struct db_session *session, int number)
{
    struct db_name *name = find(session, number);

    if (name != NULL)
        name->number = 0;
}

void
db_name_doom(struct db_session *session, int number)
{
    struct db_name *name = find(session, number);

    if (name == NULL)
        return;
    name->doomed = true;
    session->doomed = true;
}

/* Of the cursors in the list (text of an array) those that still are; as CLOSE statements. */
static bool
add_closes(struct db_session *session, const char *list, struct ray_buf *sql, struct ray_err *err)
{
    struct ray_rows rows;

    if (!ray_conn_query(session->conn, err->arena,
                        "SELECT name FROM pg_catalog.pg_cursors WHERE name = ANY ($1)", 1, &list,
                        &rows, err))
        return false;
    for (size_t i = 0; i < rows.nrows; i++)
        ray_buf_addf(sql, "CLOSE %s;", ray_rows_value(&rows, i, 0));
    return true;
}

bool
db_names_close(struct db_session *session, bool all, struct ray_err *err)
{
    bool in_transaction = db_tx(session) == RAY_TX_OPEN;
    struct ray_buf cursors;
    struct ray_buf sql;

    ray_buf_init(&sql, err->arena);
    ray_buf_init(&cursors, err->arena);
    for (size_t i = 0; i < session->names.len; i++) {
        struct db_name *name = &session->names.items[i];

        if (name->number == 0 || !(all || name->doomed))
            continue;
        if (!name->cursor)
            ray_buf_addf(&sql, "DEALLOCATE raymig_%d;", name->number);
        else if (in_transaction && name->epoch == session->epoch)
            ray_buf_addf(&cursors, "%sraymig_%d", cursors.len == 0 ? "{" : ",", name->number);
        name->number = 0;
    }
    session->doomed = false;
    ray_buf_addc(&cursors, '}');
    if (cursors.len > 1 && !add_closes(session, cursors.data, &sql, err))
        return false;
    return sql.len == 0 || db_command(session, sql.data, err);
}
