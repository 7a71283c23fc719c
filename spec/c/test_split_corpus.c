/*
 * The splitter on real SQL: the same statements as PostgreSQL's parser finds, the same with small
 * windows as with large ones; and what large files cost. The SQL is in ../shared/corpus: the tests
 * that want it skip where that is absent.
 */
#include "harness.h"
#include "split_dump.h"

#include "base/file.h"
#include "base/hash.h"

#include <pg_query.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define CORPUS "../shared/corpus"

/* Splits a file into so many statements. */
static bool
split_file(const char *path, size_t statements)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_source source = {.path = path};
    struct ray_splitter *splitter = NULL;
    struct ray_statement statement = {0};
    struct ray_err err;
    bool end = false;
    bool ok;

    ray_err_init(&err, arena);
    ok = ray_splitter_open(arena, &source, &splitter, &err);
    while (ok && !end)
        ok = ray_splitter_next(splitter, &statement, &end, &err);
    ray_splitter_close(splitter);
    ray_arena_free(arena);
    return ok && (size_t)statement.number == statements;
}

static bool
hash_file(const char *path, size_t statements)
{
    struct ray_arena *arena = ray_arena_new();
    struct ray_source source = {.path = path};
    struct ray_err err;
    char hex[65];
    bool ok;

    (void)statements;
    ray_err_init(&err, arena);
    ok = ray_tokens_hash(&source, hex, &err);
    ray_arena_free(arena);
    return ok;
}

/* Runs one of these in a process of its own; gives the peak of memory, in bytes, that it took. */
static size_t
peak_of(bool (*run)(const char *, size_t), const char *path, size_t statements)
{
    struct rusage before;
    struct rusage after;
    long kib = -1;
    int pipes[2];
    pid_t child;

    if (!CHECK(pipe(pipes) == 0))
        return 0;
    child = fork();
    if (child == 0) {
        bool ok;

        getrusage(RUSAGE_SELF, &before);
        ok = run(path, statements);
        getrusage(RUSAGE_SELF, &after);
        kib = ok ? after.ru_maxrss - before.ru_maxrss : -1;
        _exit(write(pipes[1], &kib, sizeof(kib)) < 0);
    }
    CHECK(read(pipes[0], &kib, sizeof(kib)) == sizeof(kib));
    CHECK(waitpid(child, NULL, 0) == child);
    close(pipes[0]);
    close(pipes[1]);
    CHECK(kib >= 0);
    return (size_t)kib * 1024;
}

/* Memory: a few windows for many statements; for a large one its text, a sixteenth of it to grow
 * in, and what the C library's allocator leaves behind. */
TEST(large_files_cost_little)
{
    static const struct {
        const char *head;
        const char *line; /* as often as makes SIZE bytes */
        const char *tail;
        size_t statements; /* 0: one a line */
        bool is_small;     /* no token is large */
    } files[] = {
        {"", "insert into t values (1, 'x;'); -- y\n", "", 0, true},
        {"x; ", "     \n", " y", 2, true},
        {"select '", "it''s; so \n", "'; x", 2, false},
        {"do $a$", "select $$;$$;\n", "$a$; x", 2, false},
        {"/*", "it's; so /* */ ", "*/ x; y", 2, false},
        {"insert into t values (1)", ",\n(2, 'it''s', $$;$$)", "; x", 2, false},
    };
    enum { MIB = 1 << 20, SIZE = 24 * MIB };
    struct ray_arena *arena = ray_arena_new();
    char warm[RAY_HASH_HEX];
    const char *path = ray_arena_printf(arena, "/tmp/raymig-large-%ld.sql", (long)getpid());

#ifdef __SANITIZE_ADDRESS__
    ray_arena_free(arena);
    SKIP("the address sanitiser takes memory of its own");
#endif
    ray_hash_bytes("", 0, warm); /* libcrypto takes its memory here */
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        FILE *file = fopen(path, "w");
        size_t most = files[i].is_small ? 3 * MIB : SIZE + SIZE / 16 + 8 * MIB;
        size_t lines = 0;
        size_t peak;

        REQUIRE(file != NULL);
        fputs(files[i].head, file);
        for (; lines * strlen(files[i].line) < SIZE; lines++)
            fputs(files[i].line, file);
        fputs(files[i].tail, file);
        fclose(file);
        peak = peak_of(split_file, path, files[i].statements == 0 ? lines : files[i].statements);
        if (!CHECK(peak < most))
            printf("    split %s: %zu bytes\n", files[i].line, peak);
        peak = peak_of(hash_file, path, 0);
        if (!CHECK(peak < most))
            printf("    hash %s: %zu bytes\n", files[i].line, peak);
    }
    unlink(path);
    ray_arena_free(arena);
}

typedef bool visit_fn(struct ray_arena *arena, const char *path, void *arg);

/* Calls visit for each .sql file below a folder, with an arena of its own; false ends the walk. */
static bool
walk(const char *folder, visit_fn *visit, void *arg)
{
    struct ray_arena *arena = ray_arena_new();
    ray_entries entries;
    struct ray_err err;
    bool ok;

    ray_err_init(&err, arena);
    memset(&entries, 0, sizeof(entries));
    ok = CHECK(ray_file_list(arena, folder, &entries, &err));
    for (size_t i = 0; ok && i < entries.len; i++) {
        const char *path = ray_path_join(arena, folder, entries.items[i].name);

        if (entries.items[i].is_folder) {
            ok = walk(path, visit, arg);
        } else if (ray_has_suffix(path, ".sql")) {
            struct ray_arena *scratch = ray_arena_new();

            ok = visit(scratch, path, arg);
            ray_arena_free(scratch);
        }
    }
    ray_arena_free(arena);
    return ok;
}

/* "[text]" from the first token that is no comment to the last one; nothing where there is none. */
static void
add_tokens(struct ray_arena *arena, struct ray_buf *out, const char *text, size_t length)
{
    const char *copy = ray_arena_strndup(arena, text, length);
    struct ray_source source = {.path = "statement", .text = copy};
    struct ray_scan *scan = NULL;
    struct ray_token token;
    struct ray_err err;
    size_t begin = 0;
    size_t last = 0;
    bool end = false;

    ray_err_init(&err, arena);
    if (!CHECK(ray_scan_open(arena, &source, length + 1, &scan, &err)))
        return;
    while (CHECK(ray_scan_next(scan, &token, &end, &err)) && !end) {
        if (ray_token_is_comment(&token))
            continue;
        if (last == 0)
            begin = token.begin;
        last = token.end;
    }
    ray_scan_close(scan);
    if (last == 0)
        return;
    ray_buf_addc(out, '[');
    ray_buf_addn(out, copy + begin, last - begin);
    ray_buf_addc(out, ']');
}

/* What PostgreSQL's parser makes of a text; NULL where it is an error. */
static const char *
parse(struct ray_arena *arena, const char *text)
{
    PgQuerySplitResult parsed = pg_query_split_with_parser(text);
    struct ray_buf out;

    ray_buf_init(&out, arena);
    for (int i = 0; parsed.error == NULL && i < parsed.n_stmts; i++)
        add_tokens(arena, &out, text + parsed.stmts[i]->stmt_location,
                   (size_t)parsed.stmts[i]->stmt_len);
    if (parsed.error != NULL) {
        pg_query_free_split_result(parsed);
        return NULL;
    }
    pg_query_free_split_result(parsed);
    return out.data;
}

/* The splitter's statements in the same form. */
static const char *
split(struct ray_arena *arena, const char *path, bool breakpoints)
{
    struct ray_source source = {.path = path, .breakpoints = breakpoints};
    struct ray_splitter *splitter = NULL;
    struct ray_statement statement;
    struct ray_buf out;
    struct ray_err err;
    bool end = false;

    ray_err_init(&err, arena);
    ray_buf_init(&out, arena);
    if (!CHECK(ray_splitter_open(arena, &source, &splitter, &err)))
        return "";
    while (CHECK(ray_splitter_next(splitter, &statement, &end, &err)) && !end)
        add_tokens(arena, &out, statement.text, statement.len);
    ray_splitter_close(splitter);
    return out.data;
}

static bool
compare_with_parser(struct ray_arena *arena, const char *path, void *arg)
{
    struct ray_text text;
    struct ray_err err;
    const char *want;
    int *compared = arg;

    ray_err_init(&err, arena);
    if (!CHECK(ray_file_read(arena, path, &text, &err)))
        return false;
    want = parse(arena, text.data);
    if (want == NULL)
        return true;
    (*compared)++;
    if (strcmp(split(arena, path, false), want) == 0 && strcmp(split(arena, path, true), want) == 0)
        return true;
    printf("    %s\n", path);
    return CHECK(!"the statements are those of the parser");
}

TEST(statements_are_those_of_the_parser)
{
    int compared = 0;

    if (!ray_file_is_folder(CORPUS))
        SKIP("no " CORPUS);
    walk(CORPUS, compare_with_parser, &compared);
    CHECK(compared > 2400);
}

static bool
compare_windows(struct ray_arena *arena, const char *path, void *arg)
{
    static const size_t windows[] = {1, 3, 16, 64, 1000};
    struct ray_source source = {.path = path, .breakpoints = true};
    const char *want = dump_source(arena, &source, 0, true);
    char want_hash[65];
    struct ray_err err;

    (void)arg;
    ray_err_init(&err, arena);
    CHECK(ray_tokens_hash(&source, want_hash, &err));
    for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
        char hash[65];

        if (ray_file_size(path) > 200000 && windows[i] < 64)
            continue;
        CHECK(ray_tokens_hash_window(&source, windows[i], hash, &err));
        if (strcmp(dump_source(arena, &source, windows[i], true), want) != 0 ||
            strcmp(hash, want_hash) != 0) {
            printf("    %s, window %zu\n", path, windows[i]);
            return CHECK(!"the window does not matter");
        }
    }
    return true;
}

TEST(statements_are_the_same_in_every_window)
{
    if (!ray_file_is_folder(CORPUS))
        SKIP("no " CORPUS);
    walk(CORPUS, compare_windows, NULL);
}
