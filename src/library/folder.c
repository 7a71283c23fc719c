/* The operations that put history and folder right. */
#include "library/handle.h"
#include "project/baseline.h"
#include "project/import.h"
#include "project/rebase.h"
#include "project/repair.h"
#include "project/squash.h"

/* The end of an operation of a session: its document has what was done before an error, too. */
static raymig_result *
end_session(struct ray_operation *operation, struct ray_session *session, bool ok)
{
    json_t *document;

    if (!ok && operation->project.err.code == RAY_FAILED && ray_interrupted())
        operation->project.err.code = RAY_INTERRUPTED;
    document = ray_session_json(session, ok);
    ray_session_close(session);
    return ray_operation_end(operation, document, ok ? RAY_OK : operation->project.err.code);
}

/* The end of one that has a document only where it went well. */
static raymig_result *
end(struct ray_operation *operation, json_t *document)
{
    return ray_operation_end(operation, document,
                             document != NULL ? RAY_OK : operation->project.err.code);
}

raymig_result *
raymig_baseline(raymig *project, const char *tag)
{
    const struct ray_baseline_request request = {.tag = tag == NULL ? "" : tag,
                                                 .unproved = project->said.unproved};
    struct ray_operation operation;
    struct ray_session_options options;
    struct ray_session session;
    bool ok = ray_operation_begin(&operation, project, "baseline");

    ray_library_session(project, &options);
    ray_session_init(&session, &operation.project, &options);
    return end_session(&operation, &session, ok && ray_baseline(&session, &request));
}

raymig_result *
raymig_repair(raymig *project)
{
    const struct ray_repair_request request = {.accept = project->said.accept,
                                               .forget = project->said.forget};
    struct ray_operation operation;
    struct ray_session_options options;
    struct ray_session session;
    struct ray_repair repair;
    bool ok = ray_operation_begin(&operation, project, "repair");

    ray_library_session(project, &options);
    ray_session_init(&session, &operation.project, &options);
    ok = ok && ray_repair_plan(&session, &request, &repair) &&
         (options.dry_run || ray_repair_apply(&session, &repair));
    return end_session(&operation, &session, ok);
}

raymig_result *
raymig_import(raymig *project, const char *from, const char *to)
{
    const struct ray_import_request request = {.from = from,
                                               .to = to,
                                               .tool_table = project->said.tool_table,
                                               .allow = project->said.allow,
                                               .folder_only = project->said.folder_only,
                                               .history_only = project->said.history_only,
                                               .dry_run = project->said.dry_run};
    struct ray_operation operation;
    struct ray_session_options options;
    struct ray_import_work work;
    json_t *document;
    bool ok = ray_operation_begin(&operation, project, "import");

    ray_library_session(project, &options);
    ray_import_init(&work, &operation.project, &request, &options);
    ok = ok && ray_import_run(&work);
    document = ok ? ray_import_json(&work) : NULL;
    ray_import_close(&work);
    return end(&operation, document);
}

raymig_result *
raymig_rebase(raymig *project)
{
    const struct ray_rebase_request request = {.tags = project->said.tags,
                                               .base = project->said.base,
                                               .offline = project->said.offline,
                                               .unproved = project->said.unproved,
                                               .dry_run = project->said.dry_run};
    struct ray_operation operation;
    struct ray_rebased rebased;
    bool ok = ray_operation_begin(&operation, project, "rebase") &&
              ray_rebase_run(&operation.project, &request, &rebased);

    return end(&operation, ok ? ray_rebased_json(operation.arena, &rebased) : NULL);
}

raymig_result *
raymig_squash(raymig *project, const char *name, const char *from, const char *to)
{
    const struct ray_squash_request request = {.name = name,
                                               .from = from,
                                               .to = to,
                                               .schema_only = project->said.schema_only,
                                               .archive = project->said.archive,
                                               .dry_run = project->said.dry_run};
    struct ray_operation operation;
    struct ray_squashed squashed;
    bool ok = ray_operation_begin(&operation, project, "squash") &&
              ray_squash(&operation.project, &request, &squashed);

    return end(&operation, ok ? ray_squashed_json(operation.arena, &squashed) : NULL);
}
