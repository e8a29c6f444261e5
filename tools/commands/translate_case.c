/* isogloss translate case. */
#include "tools/app.h"
#include "translate/translate.h"

static enum isg_status run_case(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    int64_t min_count = 2;
    const char *out_path, *locale = NULL;
    const struct isg_opt table[] = {{.name = "min-count",
                                        .kind = ISG_OPT_INT,
                                        .value = &min_count,
                                        .argument = "N",
                                        .min = 1,
                                        .max = 1e9,
                                        .help = "drop words seen fewer than N times"},
        {.name = "locale",
            .kind = ISG_OPT_STRING,
            .value = &locale,
            .argument = "LANG",
            .help = "language of the text, for its letter case: tr, az, lt, el, nl"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, "-", &out_path, err));
    struct isg_case_table *t;
    ISG_TRY(isg_case_table_new(&t, locale, err));
    enum isg_status status = ISG_OK;
    for (int i = 0; i < argc; i++)
        ISG_GOTO(isg_case_table_count(t, argv[i], &app->env, err));
    ISG_GOTO(isg_case_table_save(t, out_path, (uint32_t)min_count, app->force, err));
    isg_app_result(app, json_object());
out:
    isg_case_table_free(t);
    return status;
}

const struct isg_tool isg_tool_translate_case = {{.name = "translate case",
                                                     .summary = "count the casing of the words of a language",
                                                     .synopsis = "-o TABLE TEXT...",
                                                     .examples = "isogloss translate case -o es.case es.plain.txt",
                                                     .min_args = 1,
                                                     .max_args = -1,
                                                     .operands = ISG_PATH_IN},
    .run = run_case};
