/* isogloss ner tag. */
#include "ner/ner.h"
#include "tools/app.h"

#include <string.h>

static enum isg_status run_tag(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    static const char *const formats[] = {"auto", "columns", "text", "jsonl"};
    static const enum isg_scheme schemes[] = {ISG_SCHEME_UNKNOWN, ISG_IOB1, ISG_BIO, ISG_BIOES, ISG_BMES};
    static const char *const scheme_names[] = {"model", "iob1", "bio", "bioes", "bmes"};
    struct isg_ner_tag_opts opts = {.in = "-", .columns = {.word = 0, .tag = ISG_NO_COLUMN}};
    struct isg_opt_list paths = {0};
    const char *format = formats[0], *scheme = scheme_names[0], *columns = NULL;
    int64_t nbest = 1;
    const struct isg_opt table[] = {{.name = "model",
                                        .letter = 'm',
                                        .kind = ISG_OPT_LIST,
                                        .value = &paths,
                                        .argument = "FILE",
                                        .path = ISG_PATH_IN,
                                        .required = true,
                                        .help = "tagger written by ner train or transfer; several average their scores",
                                        .group = "Input"},
        {.name = "format",
            .kind = ISG_OPT_CHOICE,
            .value = &format,
            .choices = "auto|columns|text|jsonl",
            .help = "input format; auto = guess from the first lines"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &columns,
            .argument = "LIST",
            .help = "columns of the word and of the features that the model reads, as in _,word,feature",
            .fallback = "first column; features as in training"},
        {.name = "given",
            .kind = ISG_OPT_FLAG,
            .value = &opts.given,
            .help = "forced decoding: keep the tags of the last column (or of --columns word,tag), predict those that "
                    "are ?"},
        {.name = "capitals",
            .kind = ISG_OPT_FLAG,
            .value = &opts.capitals,
            .help = "treat mid-sentence capitalised words as part of a name (not for German); for zero-shot taggers"},
        {.name = "tokens",
            .kind = ISG_OPT_STRING,
            .value = &opts.tokens,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "token patterns for raw text, one name<TAB>pattern a line",
            .fallback = "resources/tokens.tsv"},
        {.name = "scheme",
            .kind = ISG_OPT_CHOICE,
            .value = &scheme,
            .choices = "model|iob1|bio|bioes|bmes",
            .help = "tag scheme of the output; model = that of its training text",
            .group = "Output"},
        {.name = "confidence",
            .letter = 'c',
            .kind = ISG_OPT_FLAG,
            .value = &opts.confidence,
            .help = "add a column with the probability of each tag"},
        {.name = "nbest",
            .kind = ISG_OPT_INT,
            .value = &nbest,
            .argument = "N",
            .min = 1,
            .max = 1000,
            .help = "columns of the N best tag sequences, best first; with --confidence also their probabilities"},
        {.name = "min-confidence",
            .kind = ISG_OPT_REAL,
            .value = &opts.min_confidence,
            .argument = "P",
            .max = 1,
            .help = "drop entities with a lower probability"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(format, formats[i]) == 0)
            opts.format = (enum isg_ner_format)i;
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
        if (strcmp(scheme, scheme_names[i]) == 0)
            opts.scheme = schemes[i];
    if (columns)
        ISG_TRY(isg_columns_parse(&opts.columns, columns, err));
    else if (opts.given)
        opts.columns = ISG_COLUMNS_DEFAULT;
    if (argc)
        opts.in = argv[0];
    opts.nbest = (uint32_t)nbest;
    opts.force = app->force;
    ISG_TRY(isg_app_out(app, "-", &opts.out, err));
    struct isg_ner_models models;
    ISG_TRY(isg_ner_models_open(&models, paths.items, paths.n, err));
    struct isg_ner_tagged tagged;
    const enum isg_status status = isg_ner_tag(&tagged, models.items, models.n, paths.items, &opts, &app->env, err);
    isg_ner_models_close(&models);
    ISG_TRY(status);
    const double speed = tagged.seconds > 0 ? (double)tagged.tokens / tagged.seconds : 0;
    isg_log(&app->env, ISG_LOG_INFO, "%llu sentences, %llu tokens, %llu entities; %.0f tokens/s",
        (unsigned long long)tagged.sentences, (unsigned long long)tagged.tokens, (unsigned long long)tagged.entities,
        speed);
    isg_app_result(app,
        json_pack("{s:s, s:I, s:I, s:I, s:I, s:f, s:f}", "format", formats[tagged.format], "lines",
            (json_int_t)tagged.lines, "sentences", (json_int_t)tagged.sentences, "tokens", (json_int_t)tagged.tokens,
            "entities", (json_int_t)tagged.entities, "seconds", tagged.seconds, "tokens_per_second", speed));
    return ISG_OK;
}

const struct isg_tool isg_tool_ner_tag = {
    {.name = "ner tag",
        .summary = "tag text with a trained tagger",
        .synopsis = "--model MODEL [--model MODEL...] [IN] [-o OUT]",
        .examples = "isogloss ner tag --model en.model eng.testb -o predicted.txt\n"
                    "echo 'Ann Lee moved to Rome.' | isogloss ner tag --model en.model --format text\n"
                    "isogloss ner tag --model seed1.model --model seed2.model --model seed3.model eng.testb\n"
                    "isogloss ner tag --model en.model --format jsonl documents.jsonl -o tagged.jsonl\n",
        .min_args = 0,
        .max_args = 1,
        .operands = ISG_PATH_IN},
    .run = run_tag};
