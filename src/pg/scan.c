/*
 * Tokens out of PostgreSQL's scanner, piece by piece: see scan.h.
 *
 * The scanner wants a whole text and gives all tokens at once, or one error. So a piece is cut from
 * the text wherever it happens to end, and only those tokens are believed that the cut cannot have
 * changed: all up to the last one of ( ) [ ] , ; which end whatever stands before them and join
 * nothing that follows, and comments right behind it. The rest is scanned again, with what follows.
 * A token open at the cut makes the scanner fail and say where it begins; the piece is then scanned
 * up to there, and where that is nothing, lexeme.h finds the end of the token alone. So a byte is
 * scanned about once (twice before an open token) whatever the size of its statement, and what is
 * held is the text from ray_scan_hold's offset and one piece. Only a piece without any of those six
 * characters makes the next one larger.
 *
 * libpg_query's scanner differs from the server's in three ways, mended here: it gives no end of
 * U&'' and U&"" tokens, it does not see a string that goes on behind a comment, and it knows no
 * numbers of servers newer than itself. Nothing here depends on the numbers that it gives to kinds
 * of tokens, which change from version to version.
 */
#include "pg/scan.h"

#include "pg/lexeme.h"

#include <ctype.h>
#include <pg_query.h>
#include <stdint.h>
#include <string.h>

enum {
    WINDOW = 32 * 1024, /* bytes a piece: small ones cost no more time, larger ones more memory */
    SLACK = 256,        /* an error this far from the cut is not the cut's doing */
    MESSAGE = 128,
};

/* Why a piece could not be scanned. */
struct fault {
    bool is_open;   /* a quoted token is not terminated */
    bool is_number; /* letters behind a number */
    bool is_placed; /* the scanner said where */
    size_t at;      /* offset in the source; where the piece begins if it did not */
    char message[MESSAGE];
};

struct ray_scan {
    struct ray_reader reader;
    size_t window;
    size_t size;     /* of the next piece: the window, less while tokens are mended */
    bool holds;      /* somebody needs text in front of `at` */
    size_t at;       /* offset: the tokens before it were given, or wait in the piece */
    size_t begin;    /* offset of the piece's first byte */
    size_t believed; /* tokens of the piece that begin here or behind are not given */
    PgQueryScanResult piece;
    const uint8_t *next; /* in the piece's protobuf message */
    const uint8_t *last;
};

bool
ray_scan_open(struct ray_arena *arena, const struct ray_source *source, size_t window,
              struct ray_scan **out, struct ray_err *err)
{
    struct ray_scan *scan = RAY_NEW(arena, struct ray_scan);

    scan->window = window == 0 ? WINDOW : window;
    scan->size = scan->window;
    if (!ray_reader_open(source, false, &scan->reader, err)) {
        ray_reader_close(&scan->reader);
        return false;
    }
    scan->at = scan->reader.begin;
    *out = scan;
    return true;
}

static void
drop_piece(struct ray_scan *scan)
{
    pg_query_free_scan_result(scan->piece);
    memset(&scan->piece, 0, sizeof(scan->piece));
    scan->next = NULL;
    scan->last = NULL;
}

void
ray_scan_close(struct ray_scan *scan)
{
    if (scan == NULL)
        return;
    drop_piece(scan);
    ray_reader_close(&scan->reader);
}

void
ray_scan_hold(struct ray_scan *scan, size_t offset)
{
    scan->holds = true;
    scan->reader.keep = offset;
}

void
ray_scan_release(struct ray_scan *scan)
{
    scan->holds = false;
}

struct ray_reader *
ray_scan_reader(struct ray_scan *scan)
{
    return &scan->reader;
}

/*
 * The scanner's answer is protobuf:
 * message ScanResult {int32 version = 1; repeated ScanToken tokens = 2;}
 * message ScanToken {int32 start = 1; int32 end = 2; Token token = 4; KeywordKind kind = 5;}
 * Read as it is, it costs a tenth of the memory that the unpacked list would.
 */

static uint64_t
read_varint(const uint8_t **at)
{
    uint64_t value = 0;
    unsigned int shift = 0;
    uint8_t byte;

    do {
        byte = *(*at)++;
        value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
    } while ((byte & 0x80) != 0);
    return value;
}

/* The next token of a piece that begins at `begin`, from its protobuf message. */
static bool
decode(const uint8_t **at, const uint8_t *last, size_t begin, struct ray_token *out)
{
    enum { TOKEN = 2 << 3 | 2, START = 1 << 3, END = 2 << 3 };

    while (*at < last) {
        uint64_t tag = read_varint(at);
        uint64_t value = read_varint(at);
        const uint8_t *token_end = *at + value;

        if (tag != TOKEN) {
            *at = (tag & 7) == (TOKEN & 7) ? token_end : *at;
            continue;
        }
        *out = (struct ray_token){.begin = begin, .end = begin};
        while (*at < token_end) {
            tag = read_varint(at);
            value = read_varint(at);
            if (tag == START)
                out->begin = begin + value;
            else if (tag == END)
                out->end = begin + value;
        }
        return true;
    }
    return false;
}

bool
ray_token_is(const struct ray_token *token, char c)
{
    return token->end - token->begin == 1 && token->text[0] == c;
}

bool
ray_token_is_comment(const struct ray_token *token)
{
    return token->end - token->begin >= 2 &&
           (memcmp(token->text, "--", 2) == 0 || memcmp(token->text, "/*", 2) == 0);
}

bool
ray_token_is_word(const struct ray_token *token)
{
    const unsigned char first = (unsigned char)token->text[0];
    const char last = token->text[token->end - token->begin - 1];

    return (isalpha(first) || first == '_' || first >= 0x80) && last != '\'' && last != '"';
}

bool
ray_token_is_named(const struct ray_token *token, const char *word)
{
    size_t length = strlen(word);

    /* Not strncasecmp: an I in a Turkish locale is no i. */
    for (size_t i = 0; i < length; i++)
        if (i >= token->end - token->begin || (token->text[i] | 0x20) != word[i])
            return false;
    return token->end - token->begin == length;
}

/* The scanner's message without the text around the place, which may be the rest of the piece. */
static void
copy_message(struct fault *fault, const char *message)
{
    const char *near = strstr(message, " at or near \"");
    size_t length = strlen(message);

    if (near != NULL && (fault->is_open || length >= MESSAGE))
        length = (size_t)(near - message);
    if (length >= MESSAGE)
        length = MESSAGE - 1;
    memcpy(fault->message, message, length);
    fault->message[length] = '\0';
}

static void
note_fault(struct ray_scan *scan, size_t length, struct fault *fault)
{
    const PgQueryError *error = scan->piece.error;
    const char *text = ray_reader_at(&scan->reader, scan->at);
    size_t at = 0;

    /* The position counts characters from 1. */
    for (int left = error->cursorpos - 1; left > 0 && at < length; left--)
        do
            at++;
        while (at < length && ((unsigned char)text[at] & 0xc0) == 0x80);
    fault->is_open = strncmp(error->message, "unterminated ", strlen("unterminated ")) == 0;
    fault->is_number = strstr(error->message, "junk after numeric literal") != NULL;
    fault->is_placed = error->cursorpos > 0;
    fault->at = scan->at + at;
    copy_message(fault, error->message);
}

/* Scans `length` bytes as if the text ended there. */
static bool
scan_piece(struct ray_scan *scan, size_t length, struct fault *fault)
{
    char *text = ray_reader_at(&scan->reader, scan->at);
    const char behind = text[length];

    drop_piece(scan);
    text[length] = '\0';
    scan->piece = pg_query_scan(text);
    text[length] = behind;
    if (scan->piece.error != NULL) {
        note_fault(scan, length, fault);
        drop_piece(scan);
        return false;
    }
    scan->begin = scan->at;
    scan->next = (const uint8_t *)scan->piece.pbuf.data;
    scan->last = scan->next + scan->piece.pbuf.len;
    return true;
}

/* Takes the piece's tokens up to an offset. */
static bool
believe(struct ray_scan *scan, size_t offset)
{
    scan->believed = offset;
    scan->at = offset;
    return true;
}

/* Where the tokens end that do not depend on what follows the piece. */
static size_t
certain_end(const struct ray_scan *scan, size_t length)
{
    const uint8_t *at = scan->next;
    size_t certain = scan->begin;
    bool behind = true; /* only comments and white space since then */
    struct ray_token token;

    while (decode(&at, scan->last, scan->begin, &token)) {
        token.text = ray_reader_at(&scan->reader, token.begin);
        if (token.end - token.begin == 1 && strchr("()[],;", token.text[0]) != NULL)
            behind = true;
        else if (!ray_token_is_comment(&token) || token.end == scan->begin + length)
            behind = false;
        if (behind)
            certain = token.end;
    }
    return behind ? scan->begin + length : certain;
}

/* An error without a place comes from what a string's escapes add up to: the shortest piece that
 * fails so ends with that string, and one byte less leaves the string open, which says where it
 * begins. Gives the length of that piece. */
static size_t
find_fault(struct ray_scan *scan, size_t length, struct fault *fault)
{
    size_t good = 0;
    struct fault other;

    while (good + 1 < length) {
        size_t middle = good + (length - good) / 2;

        if (scan_piece(scan, middle, &other) || other.is_placed)
            good = middle;
        else
            length = middle;
    }
    if (length > 0 && !scan_piece(scan, length - 1, &other) && other.is_open) {
        fault->at = other.at;
        fault->is_placed = true;
    }
    drop_piece(scan);
    return length;
}

/* Scans what stands before the fault. False where the fault belongs to the first token. */
static bool
scan_before(struct ray_scan *scan, const struct fault *fault)
{
    struct fault inner = {.at = fault->at};

    while (inner.at > scan->at) {
        size_t length = inner.at - scan->at;

        if (scan_piece(scan, length, &inner))
            return believe(scan, scan->at + length);
        /* Cut short, an escape may be found wanting where the text ends. */
        if (inner.at >= scan->at + length)
            inner.at = scan->at + length - 1;
    }
    return false;
}

/* Finds the end of a quoted token whose opening is held, reading on as far as it goes. */
static bool
find_end(struct ray_scan *scan, size_t begin, struct ray_lexeme *lexeme, struct ray_err *err)
{
    struct ray_reader *reader = &scan->reader;

    if (!ray_lexeme_begin(lexeme, ray_reader_at(reader, begin), ray_reader_end(reader) - begin))
        return ray_reader_fail(reader, begin, "42601", "unknown kind of quoted token", err);
    for (;;) {
        size_t held = ray_reader_end(reader) - begin;
        size_t more = held / 16 > scan->window ? held / 16 : scan->window;

        if (ray_lexeme_read(lexeme, ray_reader_at(reader, begin), held, reader->eof))
            return true;
        if (reader->eof)
            return ray_reader_fail(reader, begin, "42601", lexeme->unterminated, err);
        if (!ray_reader_fill(reader, ray_reader_end(reader) + more, err))
            return false;
    }
}

enum answer { FAILED, TOKEN, PIECE, MORE };

/* A piece was scanned for little: there may be more of the kind, so the next ones are small. */
static void
slow_down(struct ray_scan *scan)
{
    enum { SHARE = 32 };

    scan->size = scan->window < SHARE ? 1 : scan->window / SHARE;
}

/* True where a number may go on behind the piece. */
static bool
runs_on(const char *text, size_t length)
{
    size_t at = 0;

    while (at < length && (isalnum((unsigned char)text[at]) || strchr("_.+-", text[at]) != NULL))
        at++;
    return at == length;
}

/* The text at scan->at begins with a token that the scanner does not take. */
static enum answer
take_token(struct ray_scan *scan, const struct fault *fault, size_t length, bool final,
           struct ray_token *out, struct ray_err *err)
{
    struct ray_reader *reader = &scan->reader;
    struct ray_lexeme lexeme;
    size_t end = 0;

    if (fault->is_open && !final) {
        if (!find_end(scan, scan->at, &lexeme, err))
            return FAILED;
        end = lexeme.end;
    } else if (fault->is_number) {
        const char *text = ray_reader_at(reader, scan->at);

        if (!final && runs_on(text, length))
            return MORE;
        end = ray_number_end(text, length);
        slow_down(scan);
    }
    if (end == 0) {
        (void)ray_reader_fail(reader, fault->at, "42601", fault->message, err);
        return FAILED;
    }
    *out = (struct ray_token){.text = ray_reader_at(reader, scan->at),
                              .begin = scan->at,
                              .end = scan->at + end};
    scan->at += end;
    return TOKEN;
}

static enum answer
answer_fault(struct ray_scan *scan, struct fault *fault, size_t length, bool final,
             struct ray_token *out, struct ray_err *err)
{
    size_t reach = fault->at - scan->at;

    if (!fault->is_placed)
        reach = find_fault(scan, length, fault);
    if (!fault->is_open && !final && reach + SLACK > length)
        return MORE;
    if (scan_before(scan, fault))
        return PIECE;
    return take_token(scan, fault, length, final, out, err);
}

/* Scans the next piece, or takes one token. *end where there is nothing left. */
static enum answer
advance(struct ray_scan *scan, struct ray_token *out, bool *end, struct ray_err *err)
{
    struct ray_reader *reader = &scan->reader;
    size_t size = scan->size;
    enum answer answer = MORE;

    scan->size = size * 2 < scan->window ? size * 2 : scan->window;
    if (!scan->holds)
        reader->keep = scan->at;
    for (; answer == MORE; size *= 2) {
        struct fault fault;
        size_t length;
        bool final;

        if (!ray_reader_fill(reader, scan->at + size, err))
            return FAILED;
        length = ray_reader_end(reader) - scan->at;
        final = reader->eof && length <= size;
        length = final ? length : size;
        *end = length == 0;
        if (*end)
            return TOKEN;
        if (!scan_piece(scan, length, &fault)) {
            answer = answer_fault(scan, &fault, length, final, out, err);
        } else {
            size_t certain = final ? scan->at + length : certain_end(scan, length);

            if (certain > scan->at && believe(scan, certain))
                answer = PIECE;
        }
    }
    return answer;
}

/* Mends a token of the scanner: see the head of this file. */
static bool
mend(struct ray_scan *scan, struct ray_token *token, struct ray_err *err)
{
    struct ray_reader *reader = &scan->reader;
    const char *text = ray_reader_at(reader, token->begin);
    size_t length = token->end - token->begin;
    size_t held = ray_reader_end(reader) - token->begin;
    struct ray_lexeme lexeme;

    token->text = text;
    if (!(held > 2 && (text[0] == 'U' || text[0] == 'u') && text[1] == '&' &&
          (text[2] == '\'' || text[2] == '"')) &&
        !(length > 1 && text[length - 1] == '\'' && !ray_token_is_comment(token) &&
          ray_lexeme_is_commented(text, length, held)))
        return true;
    if (!find_end(scan, token->begin, &lexeme, err))
        return false;
    token->text = ray_reader_at(reader, token->begin);
    token->end = token->begin + lexeme.end;
    if (lexeme.commented) {
        drop_piece(scan);
        scan->at = token->end;
        slow_down(scan);
    }
    return true;
}

bool
ray_scan_next(struct ray_scan *scan, struct ray_token *out, bool *end, struct ray_err *err)
{
    *end = false;
    for (;;) {
        enum answer answer;

        if (decode(&scan->next, scan->last, scan->begin, out) && out->begin < scan->believed)
            return mend(scan, out, err);
        drop_piece(scan);
        answer = advance(scan, out, end, err);
        if (answer != PIECE)
            return answer == TOKEN;
    }
}
