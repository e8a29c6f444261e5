/* isogloss ner pseudo. */
#include "ner/ner.h"
#include "tools/app.h"

#include <string.h>

static enum isg_status run_pseudo(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    static const enum isg_scheme schemes[] = {ISG_BIO, ISG_BIOES, ISG_IOB1};
    static const char *const scheme_names[] = {"bio", "bioes", "iob1"};
    struct isg_ner_pseudo_opts opts = {.in = "-", .columns = {.word = 0, .tag = ISG_NO_COLUMN}, .min_probability = 0.7};
    struct isg_opt_list paths = {0};
    const char *columns = NULL, *scheme = scheme_names[0];
    int64_t most = 0;
    const struct isg_opt table[] = {{.name = "model",
                                        .letter = 'm',
                                        .kind = ISG_OPT_LIST,
                                        .value = &paths,
                                        .argument = "FILE",
                                        .path = ISG_PATH_IN,
                                        .help = "tagger; several vote with averaged scores",
                                        .group = "Input"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &columns,
            .argument = "LIST",
            .help = "column of the word, as in _,word; tags are ignored",
            .fallback = "first"},
        {.name = "max-sentences",
            .kind = ISG_OPT_INT,
            .value = &most,
            .argument = "N",
            .max = 1e12,
            .help = "read at most N sentences, 0 = all"},
        {.name = "min-probability",
            .kind = ISG_OPT_REAL,
            .value = &opts.min_probability,
            .argument = "P",
            .max = 1,
            .help = "label entities and O tokens with a lower probability as ? (unknown)",
            .group = "Output"},
        {.name = "capitals",
            .kind = ISG_OPT_FLAG,
            .value = &opts.capitals,
            .help = "treat mid-sentence capitalised words as part of a name (not for German)"},
        {.name = "entities-only",
            .kind = ISG_OPT_FLAG,
            .value = &opts.entities_only,
            .help = "drop sentences without a confident entity"},
        {.name = "scheme",
            .kind = ISG_OPT_CHOICE,
            .value = &scheme,
            .choices = "bio|bioes|iob1",
            .help = "tag scheme of the output"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    if (!paths.n) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "no --model FILE");
        return isg_error_expected(err, "a tagger, or several");
    }
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strcmp(scheme, scheme_names[i]) == 0)
            opts.scheme = schemes[i];
    if (columns) {
        ISG_TRY(isg_columns_parse(&opts.columns, columns, err));
        opts.columns.tag = ISG_NO_COLUMN;
    }
    if (argc)
        opts.in = argv[0];
    opts.max_sentences = (uint64_t)most;
    opts.force = app->force;
    ISG_TRY(isg_app_out(app, "-", &opts.out, err));
    struct isg_ner_models models;
    ISG_TRY(isg_ner_models_open(&models, paths.items, paths.n, err));
    struct isg_ner_pseudo p;
    const enum isg_status status = isg_ner_pseudo_label(&p, models.items, models.n, paths.items, &opts, &app->env, err);
    isg_ner_models_close(&models);
    ISG_TRY(status);
    isg_log(&app->env, ISG_LOG_INFO,
        "%llu of %llu sentences, %llu tokens of which %llu are left open, %llu entities; mean weight %.3f",
        (unsigned long long)p.sentences, (unsigned long long)p.read, (unsigned long long)p.tokens,
        (unsigned long long)p.open, (unsigned long long)p.entities, p.weight);
    isg_app_result(app, json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:f}", "read", (json_int_t)p.read, "sentences",
                            (json_int_t)p.sentences, "left_out", (json_int_t)p.left_out, "tokens", (json_int_t)p.tokens,
                            "open", (json_int_t)p.open, "entities", (json_int_t)p.entities, "weight", p.weight));
    return ISG_OK;
}

const struct isg_tool isg_tool_ner_pseudo = {
    .cmd = {.name = "ner pseudo",
        .summary = "label text with one or more taggers, for self-training",
        .synopsis = "--model MODEL [--model MODEL...] [IN] [-o OUT]",
        .examples = "isogloss ner pseudo --model a.model --model b.model spanish.conll -o pseudo.conll\n"
                    "isogloss ner transfer --mode translate --source translated.conll --source pseudo.conll \\\n"
                    "    --source-emb es.vec.gz --emb es.vec.gz --source-dev translated.dev -o student.model\n",
        .min_args = 0,
        .max_args = 1,
        .operands = ISG_PATH_IN},
    .run = run_pseudo};
