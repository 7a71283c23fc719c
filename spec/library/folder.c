/* The operations that put history and folder right, one after the other; what each says, a line each. */
#include <raymig.h>
#include <stdio.h>

static void
say(const char *what, raymig_result *result, const char *key)
{
    if (raymig_result_ok(result))
        printf("%s: %lld\n", what, (long long)raymig_result_number(result, key, -1));
    else
        printf("%s: %d %s\n", what, (int)raymig_result_code(result), raymig_result_message(result));
    raymig_result_free(result);
}

int
main(int argc, char **argv)
{
    raymig *project = raymig_open(NULL);

    if (argc < 3)
        return 2;
    raymig_set(project, "url", argv[1]);
    raymig_set(project, "migrations", argv[2]);
    say("baseline refused", raymig_baseline(project, "2"), "applied");
    raymig_set(project, "yes", "true");
    say("up", raymig_up(project, 1, NULL), "applied");
    raymig_set(project, "unproved", "true");
    say("baseline", raymig_baseline(project, "2"), "ok");
    raymig_set(project, "unproved", NULL);
    say("repair", raymig_repair(project), "ok");
    say("forget none", (raymig_set(project, "forget", "0009_none"), raymig_repair(project)), "ok");
    raymig_set(project, "forget", NULL);
    raymig_set(project, "offline", "true");
    say("rebase", raymig_rebase(project), "journal");
    raymig_set(project, "archive", "true");
    say("squash", raymig_squash(project, "all", NULL, NULL), "ok");
    say("import", raymig_import(project, NULL, NULL), "recorded");
    say("status", raymig_status(project), "ok");
    raymig_close(project);
    return 0;
}
