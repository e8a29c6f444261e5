/* isogloss translate view: a page with source and translation side by side. */
#include "tools/app.h"
#include "translate/translate.h"

static enum isg_status run_view(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    const char *out_path;
    struct isg_writer *w;
    const struct isg_opt table[] = {{0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, "-", &out_path, err));
    ISG_TRY(isg_writer_open(&w, out_path, app->force, err));
    const enum isg_status status = isg_translate_page(argv[0], w, &app->env, err);
    if (status != ISG_OK) {
        isg_writer_abort(w);
        return status;
    }
    isg_app_result(app, json_object());
    return isg_writer_commit(w, err);
}

const struct isg_tool isg_tool_translate_view = {
    {.name = "translate view",
        .summary = "HTML page of source and translation side by side",
        .synopsis = "-o PAGE.html TRACE",
        .examples = "isogloss translate --lexicon en-es.txt --trace t.jsonl -o es.train eng.train\n"
                    "isogloss translate view t.jsonl -o t.html",
        .min_args = 1,
        .max_args = 1,
        .operands = ISG_PATH_IN},
    .run = run_view};
