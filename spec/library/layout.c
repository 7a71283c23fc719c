/* The layout of what crosses the interface, one line each: a line that changes is another ABI. */
#include <raymig.h>
#include <stdio.h>

#define FIELD(name) \
    printf(#name " %zu %zu\n", offsetof(raymig_event, name), sizeof(((raymig_event *)0)->name))

int
main(void)
{
    FIELD(kind);
    FIELD(down);
    FIELD(tag);
    FIELD(text);
    FIELD(number);
    FIELD(total);
    FIELD(statement);
    FIELD(dry_run);
    FIELD(us);
    FIELD(done);
    FIELD(of);
    FIELD(pid);
    FIELD(user);
    printf("codes %d %d %d %d %d %d\n", RAYMIG_FAILED, RAYMIG_USAGE, RAYMIG_REFUSED,
           RAYMIG_UNAVAILABLE, RAYMIG_INTEGRITY, RAYMIG_INTERRUPTED);
    printf("events %d\n", RAYMIG_EVENT_BACKUP);
    return 0;
}
