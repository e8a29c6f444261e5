/* isogloss ner card, ner plot: what a model says of itself. */
#include "ner/ner.h"
#include "tools/app.h"

#include <string.h>

static enum isg_status write_about(struct isg_app *app, int argc, char **argv,
    char *(*make)(const struct isg_ner_model *, const char *), struct isg_error *err)
{
    const char *model_path = NULL, *path;
    const struct isg_opt table[] = {{.name = "model",
                                        .letter = 'm',
                                        .kind = ISG_OPT_STRING,
                                        .value = &model_path,
                                        .argument = "FILE",
                                        .path = ISG_PATH_IN,
                                        .required = true,
                                        .help = "a file that `ner train` wrote"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(isg_app_out(app, "-", &path, err));
    struct isg_ner_model *model;
    ISG_TRY(isg_ner_model_open(&model, model_path, err));
    const char *slash = strrchr(model_path, '/');
    char *text = make(model, slash ? slash + 1 : model_path), *about = isg_ner_model_describe(model);
    isg_ner_model_close(model);
    enum isg_status status = text && about ? ISG_OK : isg_error_nomem(err, "a report");
    if (status == ISG_OK)
        status = isg_write_file(path, text, strlen(text), app->force, err);
    if (status == ISG_OK)
        isg_app_result(app, json_loads(about, 0, NULL));
    isg_free(text);
    isg_free(about);
    return status;
}

static char *curve(const struct isg_ner_model *model, const char *name)
{
    (void)name;
    return isg_ner_curve_svg(model);
}

static enum isg_status run_card(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    return write_about(app, argc, argv, isg_ner_card, err);
}

static enum isg_status run_plot(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    return write_about(app, argc, argv, curve, err);
}

const struct isg_tool isg_tool_ner_card = {
    {.name = "ner card",
        .summary = "a model card in Markdown: entities, inputs, scores, settings",
        .synopsis = "--model MODEL [-o CARD.md]",
        .examples = "isogloss ner card --model en.model -o README.md\n",
        .min_args = 0,
        .max_args = 0},
    .run = run_card};
const struct isg_tool isg_tool_ner_plot = {{.name = "ner plot",
                                               .summary = "a model's learning curve as SVG",
                                               .synopsis = "--model MODEL [-o CURVE.svg]",
                                               .examples = "isogloss ner plot --model en.model -o curve.svg\n",
                                               .min_args = 0,
                                               .max_args = 0},
    .run = run_plot};
