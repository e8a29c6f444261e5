/* isogloss ner train. */
#include "ner/ner.h"
#include "tools/app.h"

#include <string.h>

static enum isg_status list_settings(struct isg_app *app, const struct isg_ner_config *c, struct isg_error *err)
{
    char *text = isg_ner_config_help(c);
    if (!text)
        return isg_error_nomem(err, "the settings");
    fputs(text, app->results);
    isg_free(text);
    char *json = isg_ner_config_json(c);
    isg_app_result(app, json ? json_loads(json, 0, NULL) : NULL);
    isg_free(json);
    return ISG_OK;
}

static json_t *result_json(const struct isg_ner_trained *t, const char *model)
{
    json_t *o = json_pack("{s:s, s:i, s:i, s:f, s:I, s:i, s:i, s:f, s:f}", "model", model, "epochs", (int)t->epochs,
        "best_epoch", (int)t->best_epoch, "loss", t->loss, "parameters", (json_int_t)t->parameters, "words",
        (int)t->words, "labels", (int)t->labels, "seconds", t->seconds, "tokens_per_second", t->tokens_per_second);
    if (o && t->has_dev)
        json_object_update_new(o, json_pack("{s:f, s:f, s:f}", "dev_precision", isg_ner_precision(&t->dev),
                                      "dev_recall", isg_ner_recall(&t->dev), "dev_f1", isg_ner_f1(&t->dev)));
    return o;
}

/* What the command line says. */
struct train_args {
    struct isg_ner_train_opts opts;
    struct isg_opt_list texts, settings;
    const char *preset, *columns;
    int64_t epochs;
    bool list;
};
enum { N_INPUTS = 5, N_SETTINGS = 5, N_OPTIONS = N_INPUTS + N_SETTINGS + 1 };

static void input_options(struct train_args *a, struct isg_opt *to)
{
    const struct isg_opt table[N_INPUTS] = {{.name = "train",
                                                .kind = ISG_OPT_LIST,
                                                .value = &a->texts,
                                                .argument = "FILE",
                                                .path = ISG_PATH_IN,
                                                .needed = true,
                                                .help = "labelled training text; \"?\" = unknown tag, \"# weight = W\" "
                                                        "weights a sentence",
                                                .group = "Input"},
        {.name = "dev",
            .kind = ISG_OPT_STRING,
            .value = &a->opts.dev,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "labelled text that selects the epoch; without it the last one is kept"},
        {.name = "emb",
            .kind = ISG_OPT_STRING,
            .value = &a->opts.vectors,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "pretrained word vectors; without them words start at random",
            .alias = "vectors"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &a->columns,
            .argument = "LIST",
            .help = "columns, as in word,feature,_,tag; features are needed again for tagging",
            .fallback = "first and last"},
        {.name = "gazetteer",
            .kind = ISG_OPT_STRING,
            .value = &a->opts.gazetteer,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "names, one name<TAB>TYPE a line; kept in the model"}};
    memcpy(to, table, sizeof table);
}

static void setting_options(struct train_args *a, struct isg_opt *to)
{
    const struct isg_opt table[N_SETTINGS] = {{.name = "preset",
                                                  .kind = ISG_OPT_STRING,
                                                  .value = &a->preset,
                                                  .argument = "NAME",
                                                  .help = "settings to start from: default, ncrfpp, xie2018, small",
                                                  .group = "Settings"},
        {.name = "set",
            .kind = ISG_OPT_LIST,
            .value = &a->settings,
            .argument = "KEY=VALUE",
            .help = "a setting; --list-settings shows them"},
        {.name = "epochs",
            .kind = ISG_OPT_INT,
            .value = &a->epochs,
            .argument = "N",
            .max = 100000,
            .help = "epochs, at most; 0 = as in the settings"},
        {.name = "list-settings",
            .kind = ISG_OPT_FLAG,
            .value = &a->list,
            .help = "list all settings: values with the given options, ranges, meanings"},
        {.name = "resume",
            .kind = ISG_OPT_FLAG,
            .value = &a->opts.resume,
            .help = "continue from OUT.checkpoint, bit for bit as if never stopped",
            .group = "Running"}};
    memcpy(to, table, sizeof table);
}

static enum isg_status take_settings(struct train_args *a, struct isg_error *err)
{
    isg_ner_config_defaults(&a->opts.config);
    ISG_TRY(isg_ner_config_preset(&a->opts.config, a->preset, err));
    for (size_t i = 0; i < a->settings.n; i++)
        ISG_TRY(isg_ner_config_set(&a->opts.config, a->settings.items[i], err));
    if (a->epochs)
        a->opts.config.epochs = a->epochs;
    return ISG_OK;
}

static enum isg_status take_files(struct train_args *a, struct isg_app *app, struct isg_error *err)
{
    struct isg_ner_train_opts *const o = &a->opts;
    const bool force = app->force;
    if (!a->texts.n) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "option --train is missing");
        return isg_error_expected(err, "labelled training text");
    }
    o->train = a->texts.items;
    o->n_train = a->texts.n;
    o->seed = (uint64_t)app->seed;
    o->force = app->force || o->resume;
    if (a->columns)
        ISG_TRY(isg_columns_parse(&o->columns, a->columns, err));
    app->force = o->force;
    const enum isg_status status = isg_app_out(app, NULL, &o->out, err);
    app->force = force;
    ISG_TRY(status);
    return strcmp(o->out, "-") == 0
               ? isg_error_set(err, ISG_EUSAGE, NULL, 0, "a model cannot be written to standard output")
               : ISG_OK;
}

static enum isg_status run_train(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct train_args a = {.opts = {.columns = ISG_COLUMNS_DEFAULT}, .preset = "default"};
    struct isg_opt table[N_OPTIONS] = {0};
    struct isg_ner_trained t;
    input_options(&a, table);
    setting_options(&a, table + N_INPUTS);
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    ISG_TRY(take_settings(&a, err));
    if (a.list)
        return list_settings(app, &a.opts.config, err);
    ISG_TRY(take_files(&a, app, err));
    ISG_TRY(isg_ner_train(&t, &a.opts, &app->env, err));
    fprintf(app->results, "%s: %u epoch%s, %.0f tokens/s", a.opts.out, t.epochs, t.epochs == 1 ? "" : "s",
        t.tokens_per_second);
    if (t.has_dev)
        fprintf(app->results, "; epoch %u kept: dev F1 %.2f (precision %.2f, recall %.2f)", t.best_epoch,
            isg_ner_f1(&t.dev), isg_ner_precision(&t.dev), isg_ner_recall(&t.dev));
    fputc('\n', app->results);
    isg_app_result(app, result_json(&t, a.opts.out));
    return ISG_OK;
}

static const struct isg_beside checkpoint[] = {{.suffix = ".checkpoint", .temporary = true}, {0}};

const struct isg_tool isg_tool_ner_train = {
    {.name = "ner train",
        .summary = "train a tagger",
        .synopsis = "--train FILE [--dev FILE] [--emb VEC] -o MODEL",
        .examples = "isogloss ner train --train eng.train --dev eng.testa --emb glove.100d.vec.gz -o en.model\n"
                    "isogloss ner train --train t.conll --preset small --set hidden=64 -o small.model\n"
                    "isogloss ner train --columns word,feature,_,tag --gazetteer names.txt --train t.conll -o "
                    "m.model\n"
                    "isogloss ner train --train from-english.conll --emb nl.vec.gz \\\n"
                    "    --train from-german.conll -o nl.model\n"
                    "isogloss ner train --list-settings --preset xie2018\n",
        .min_args = 0,
        .max_args = 0,
        .beside = checkpoint},
    .needs_out = true, .run = run_train, .saves = true};
