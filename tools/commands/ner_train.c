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

static enum isg_status run_train(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct isg_ner_train_opts opts = {.columns = ISG_COLUMNS_DEFAULT};
    struct isg_opt_list texts = {0}, settings = {0};
    const char *preset = "default", *columns = NULL;
    int64_t epochs = 0;
    bool list = false;
    const struct isg_opt table[] = {{.name = "train",
                                        .kind = ISG_OPT_LIST,
                                        .value = &texts,
                                        .argument = "FILE",
                                        .help = "labelled text to learn from, several together; a tag ? is "
                                                "one that is not known, and a comment "
                                                "\"# weight = 0.7\" above a sentence says how much it counts",
                                        .group = "Input"},
        {.name = "dev",
            .kind = ISG_OPT_STRING,
            .value = &opts.dev,
            .argument = "FILE",
            .help = "labelled text that chooses the best epoch; without it the last one is kept"},
        {.name = "emb",
            .kind = ISG_OPT_STRING,
            .value = &opts.vectors,
            .argument = "VEC",
            .help = "word vectors to start from; without them words start at random",
            .alias = "vectors"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &columns,
            .argument = "LIST",
            .help = "which column holds what, e.g. word,_,_,tag (default: the first and the last); columns "
                    "named \"feature\", as "
                    "in word,feature,_,tag, are learnt from too, and wanted again at tagging"},
        {.name = "gazetteer",
            .kind = ISG_OPT_STRING,
            .value = &opts.gazetteer,
            .argument = "FILE",
            .help = "names, a line each: words, a tab, a type; the model learns what they are worth, and "
                    "keeps them"},
        {.name = "preset",
            .kind = ISG_OPT_STRING,
            .value = &preset,
            .argument = "NAME",
            .help = "settings to start from: default, ncrfpp, xie2018, small",
            .group = "Settings"},
        {.name = "set",
            .kind = ISG_OPT_LIST,
            .value = &settings,
            .argument = "KEY=VALUE",
            .help = "one setting (may be given again); --list-settings shows them"},
        {.name = "epochs",
            .kind = ISG_OPT_INT,
            .value = &epochs,
            .argument = "N",
            .max = 100000,
            .help = "passes over the training text at most; 0 = as the settings have it"},
        {.name = "list-settings",
            .kind = ISG_OPT_FLAG,
            .value = &list,
            .help = "show all settings, with the values these options give them, their ranges and meanings"},
        {.name = "resume",
            .kind = ISG_OPT_FLAG,
            .value = &opts.resume,
            .help = "go on from OUT.checkpoint, bit for bit as if never stopped",
            .group = "Running"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    isg_ner_config_defaults(&opts.config);
    enum isg_status status = isg_ner_config_preset(&opts.config, preset, err);
    for (size_t i = 0; i < settings.n && status == ISG_OK; i++)
        status = isg_ner_config_set(&opts.config, settings.items[i], err);
    ISG_TRY(status);
    if (epochs)
        opts.config.epochs = epochs;
    if (list)
        return list_settings(app, &opts.config, err);
    opts.train = texts.items;
    opts.n_train = texts.n;
    if (!texts.n) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "no --train FILE");
        return isg_error_expected(err, "labelled text to learn from");
    }
    if (columns)
        ISG_TRY(isg_columns_parse(&opts.columns, columns, err));
    opts.seed = (uint64_t)app->seed;
    opts.force = app->force || opts.resume;
    const bool force = app->force;
    app->force = opts.force;
    ISG_TRY(isg_app_out(app, NULL, &opts.out, err));
    app->force = force;
    if (strcmp(opts.out, "-") == 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "a model cannot go to standard output");
    struct isg_ner_trained trained;
    ISG_TRY(isg_ner_train(&trained, &opts, &app->env, err));
    fprintf(app->results, "%s: %u epochs, %.0f tokens/s", opts.out, trained.epochs, trained.tokens_per_second);
    if (trained.has_dev)
        fprintf(app->results, "; epoch %u kept: dev F1 %.2f (precision %.2f, recall %.2f)", trained.best_epoch,
            isg_ner_f1(&trained.dev), isg_ner_precision(&trained.dev), isg_ner_recall(&trained.dev));
    fputc('\n', app->results);
    isg_app_result(app, result_json(&trained, opts.out));
    return ISG_OK;
}

const struct isg_tool isg_tool_ner_train = {
    {.name = "ner train",
        .summary = "train a tagger",
        .synopsis = "--train FILE [--dev FILE] [--emb VEC] -o MODEL",
        .examples = "isogloss ner train --train eng.train --dev eng.testa --emb glove.100d.vec.gz -o en.model\n"
                    "isogloss ner train --train t.conll --preset small --set hidden=64 -o small.model\n"
                    "isogloss ner train --columns word,feature,_,tag --gazetteer names.txt --train t.conll -o "
                    "m.model\n"
                    "isogloss ner train --train from-english.conll --train from-german.conll --emb nl.vec.gz -o "
                    "nl.model\n"
                    "isogloss ner train --list-settings --preset xie2018\n",
        .min_args = 0,
        .max_args = 0},
    .run = run_train};
