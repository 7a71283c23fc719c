/* The operations about schemas: each makes its result's document. */
#include "library/handle.h"

#include "catalog/snapshot.h"
#include "project/check.h"
#include "project/difference.h"
#include "project/drift.h"
#include "project/export.h"
#include "project/generate.h"
#include "project/pull.h"
#include "project/push.h"
#include "project/verify.h"

/* The end of an operation that gave false. */
static raymig_result *
fail(struct ray_operation *operation)
{
    return ray_operation_end(operation, NULL, operation->project.err.code);
}

raymig_result *
raymig_diff(raymig *project, const char *from, const char *to)
{
    struct ray_operation operation;
    struct ray_difference found;

    if (!ray_operation_begin(&operation, project, "diff") ||
        !ray_difference_find(&operation.project, from, to, true, &found))
        return fail(&operation);
    return ray_operation_end(&operation, ray_difference_json(operation.arena, &found), RAY_OK);
}

raymig_result *
raymig_generate(raymig *project, const char *name)
{
    const struct ray_generate_options how = {.name = name,
                                             .lua = project->said.lua,
                                             .dry_run = project->said.dry_run,
                                             .check = project->said.check,
                                             .empty = project->said.empty};
    struct ray_operation operation;
    struct ray_generated generated;

    if (!ray_operation_begin(&operation, project, "generate") ||
        !ray_generate(&operation.project, &how, &generated))
        return fail(&operation);
    return ray_operation_end(&operation, ray_generated_json(operation.arena, &generated), RAY_OK);
}

raymig_result *
raymig_push(raymig *project)
{
    bool dry_run = project->said.dry_run;
    struct ray_operation operation;
    struct ray_push push;

    if (!ray_operation_begin(&operation, project, "push") ||
        !ray_push_plan(&operation.project, &push) ||
        (!dry_run && !ray_push_apply(&operation.project, &push)))
        return fail(&operation);
    return ray_operation_end(&operation, ray_push_json(operation.arena, &push, dry_run), RAY_OK);
}

raymig_result *
raymig_drift(raymig *project)
{
    struct ray_operation operation;
    struct ray_drift drift;

    if (!ray_operation_begin(&operation, project, "drift") ||
        !ray_drift_find(&operation.project, project->said.snapshot, &drift))
        return fail(&operation);
    return ray_operation_end(&operation, ray_drift_json(operation.arena, &drift), RAY_OK);
}

raymig_result *
raymig_check(raymig *project)
{
    const struct ray_check_options how = {.offline = project->said.offline,
                                          .deep = project->said.deep};
    struct ray_operation operation;
    struct ray_findings findings;

    if (!ray_operation_begin(&operation, project, "check") ||
        !ray_check(&operation.project, &how, &findings))
        return fail(&operation);
    return ray_operation_end(&operation, ray_check_json(&findings),
                             findings.items.len == 0 ? RAY_OK : RAY_INTEGRITY);
}

raymig_result *
raymig_verify(raymig *project)
{
    const struct ray_verify_request request = {.tags = project->said.tags,
                                               .require_down = project->said.require_down};
    struct ray_verify_result verified = {0};
    struct ray_operation operation;
    enum ray_code code;
    json_t *document;
    bool ok;

    if (!ray_operation_begin(&operation, project, "verify"))
        return fail(&operation);
    ok = ray_verify_project(&operation.project, &request, &verified);
    code = !ok ? operation.project.err.code : verified.wrong ? RAY_FAILED : RAY_OK;
    document = ray_verify_json(&operation.project, &verified, ok);
    ray_verify_result_close(&verified);
    return ray_operation_end(&operation, document, code);
}

raymig_result *
raymig_pull(raymig *project, const char *from)
{
    const struct ray_pull_request request = {.from = from,
                                             .folder = project->said.schema_folder,
                                             .split = project->said.split,
                                             .schema_only = project->said.schema_only,
                                             .dry_run = project->said.dry_run};
    struct ray_operation operation;
    struct ray_pulled pulled;

    if (!ray_operation_begin(&operation, project, "pull") ||
        !ray_pull(&operation.project, &request, &pulled))
        return fail(&operation);
    return ray_operation_end(&operation, ray_pulled_json(&pulled), RAY_OK);
}

raymig_result *
raymig_export(raymig *project, const char *from)
{
    struct ray_operation operation;
    struct ray_buf text;
    json_t *document;

    if (!ray_operation_begin(&operation, project, "export"))
        return fail(&operation);
    ray_buf_init(&text, operation.arena);
    if (!ray_export(&operation.project, from, true, &text))
        return fail(&operation);
    document = ray_json_parse(text.data, text.len, "(snapshot)", &operation.project.err);
    return document == NULL ? fail(&operation) : ray_operation_end(&operation, document, RAY_OK);
}
