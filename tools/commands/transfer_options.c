/* Options of ner transfer, which ner curve has too. */
#include "tools/commands/transfer_options.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* ---- the table ---- */

static void append(struct transfer_args *a, const struct isg_opt *from, size_t n)
{
    assert(a->n_options + n < TRANSFER_MAX_OPTIONS);
    memcpy(a->table + a->n_options, from, n * sizeof *from);
    a->n_options += n;
}

#define FILE_OPTION(n, v, h)                                                                                           \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_STRING, .value = v, .argument = "FILE", .path = ISG_PATH_IN, .help = h              \
    }
#define FILE_LIST(n, v, h)                                                                                             \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_LIST, .value = v, .argument = "FILE", .path = ISG_PATH_IN, .help = h                \
    }

static void add_inputs(struct transfer_args *a)
{
    const struct isg_opt mode[] = {{.name = "mode",
        .kind = ISG_OPT_CHOICE,
        .value = &a->mode,
        .argument = "MODE",
        .choices = a->modes,
        .required = true,
        .help = "published system to reproduce; sets the defaults below",
        .group = "Input"}};
    const struct isg_opt files[] = {FILE_LIST("source", &a->sources, "labelled source text"),
        FILE_OPTION("train", &a->opts.target.train,
            "labelled target text; without it the source text must be in the target's language"),
        FILE_LIST("source-emb", &a->source_vectors, "word vectors of the sources, in their order, or one for all"),
        FILE_OPTION("emb", &a->opts.target.vectors, "word vectors of the target"),
        FILE_OPTION("dev", &a->opts.target.dev, "labelled target text that selects the epoch"),
        FILE_LIST("source-dev", &a->source_devs, "labelled text that selects the sources' epoch, in their order"),
        FILE_OPTION("unlabelled", &a->opts.unlabelled,
            "target text that selects the epoch without --dev, by agreement; its tags are ignored"),
        FILE_OPTION("gazetteer", &a->opts.gazetteer,
            "names in any of the languages, one name<TAB>TYPE a line; kept in the model")};
    const struct isg_opt size[] = {{.name = "sentences",
        .kind = ISG_OPT_INT,
        .value = &a->sentences,
        .argument = "N",
        .max = 4e9,
        .help = "use only N target training sentences; 0 = all"}};
    const struct isg_opt rest[] = {{.name = "subset",
                                       .kind = ISG_OPT_CHOICE,
                                       .value = &a->subset,
                                       .argument = "HOW",
                                       .choices = "random|first",
                                       .help = "which sentences: a choice by --seed, or the first"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &a->columns,
            .argument = "LIST",
            .help = "columns of all texts, as in word,feature,_,tag; features are learnt from",
            .fallback = "first and last"}};
    append(a, mode, 1);
    append(a, files, sizeof files / sizeof *files);
    append(a, size, a->sized ? 0 : 1);
    append(a, rest, sizeof rest / sizeof *rest);
}

/* An option for each setting of the library's table. */
static void add_settings(struct transfer_args *a)
{
    static const enum isg_opt_kind kinds[] = {[ISG_KEY_INT] = ISG_OPT_INT,
        [ISG_KEY_REAL] = ISG_OPT_REAL,
        [ISG_KEY_BOOL] = ISG_OPT_FLAG,
        [ISG_KEY_CHOICE] = ISG_OPT_CHOICE};
    static const char *const arguments[] = {
        [ISG_KEY_INT] = "N", [ISG_KEY_REAL] = "X", [ISG_KEY_BOOL] = NULL, [ISG_KEY_CHOICE] = "KIND"};
    const struct isg_ner_key *const keys = isg_ner_transfer_keys();
    for (size_t i = 0; keys[i].name; i++) {
        const struct isg_ner_key *const k = &keys[i];
        assert(i < TRANSFER_MAX_KEYS);
        for (size_t c = 0; k->name[c] && c + 1 < sizeof a->name[i]; c++)
            a->name[i][c] = k->name[c] == '_' ? '-' : k->name[c];
        isg_ner_keys_value(&a->opts.transfer, k, a->fallback[i], sizeof a->fallback[i]);
        a->choice[i] = a->fallback[i];
        const struct isg_opt option = {.name = a->name[i],
            .kind = kinds[k->kind],
            .value = k->kind == ISG_KEY_CHOICE ? (void *)&a->choice[i] : (char *)&a->opts.transfer + k->offset,
            .argument = arguments[k->kind],
            .help = k->help,
            .choices = k->choices,
            .min = k->min,
            .max = k->max,
            .group = k->group};
        append(a, &option, 1);
    }
}

static void add_learning(struct transfer_args *a)
{
    const struct isg_opt table[] = {{.name = "rate",
                                        .kind = ISG_OPT_LIST,
                                        .value = &a->rates,
                                        .argument = "GROUP=X",
                                        .help = "factor on a group's learning rate, as in char.*=0.1; 0 = frozen"},
        {.name = "preset",
            .kind = ISG_OPT_STRING,
            .value = &a->preset,
            .argument = "NAME",
            .help = "the tagger's settings to start from, as in `ner train`",
            .group = "Tagger"},
        {.name = "set",
            .kind = ISG_OPT_LIST,
            .value = &a->settings,
            .argument = "KEY=VALUE",
            .help = "a setting of the tagger (`ner train --list-settings`)"},
        {.name = "epochs",
            .kind = ISG_OPT_INT,
            .value = &a->epochs,
            .argument = "N",
            .max = 100000,
            .help = "epochs of the target phase, at most; 0 = as in the settings"}};
    const struct isg_opt running[] = {{.name = "resume",
        .kind = ISG_OPT_FLAG,
        .value = &a->opts.resume,
        .help = "continue from OUT.checkpoint, bit for bit as if never stopped",
        .group = "Running"}};
    append(a, table, sizeof table / sizeof *table);
    append(a, running, a->sized ? 0 : 1);
}

static void make_table(struct transfer_args *a)
{
    a->n_options = 0;
    add_inputs(a);
    add_settings(a);
    add_learning(a);
    a->table[a->n_options] = (struct isg_opt){0};
}

static bool is_mode(const char *name)
{
    for (size_t i = 0; isg_ner_transfer_mode_name(i); i++)
        if (name && strcmp(name, isg_ner_transfer_mode_name(i)) == 0)
            return true;
    return false;
}

enum isg_status transfer_args_init(struct transfer_args *a, bool sized, int argc, char **argv, struct isg_error *err)
{
    struct isg_ner_config unused;
    *a = (struct transfer_args){
        .opts = {.columns = ISG_COLUMNS_DEFAULT}, .preset = "default", .subset = "random", .sized = sized};
    size_t at = 0;
    for (size_t i = 0; isg_ner_transfer_mode_name(i); i++)
        at += (size_t)snprintf(
            a->modes + at, sizeof a->modes - at, "%s%s", i ? "|" : "", isg_ner_transfer_mode_name(i));
    isg_ner_config_defaults(&unused);
    isg_ner_transfer_defaults(&a->opts.transfer);
    make_table(a);
    const struct isg_ner_key *const keys = isg_ner_transfer_keys();
    for (size_t i = 0; keys[i].name; i++) {
        const char *value;
        ISG_TRY(isg_opt_peek(a->table, argc, argv, a->name[i], &value, err));
        a->given[i] = value != NULL;
    }
    ISG_TRY(isg_opt_peek(a->table, argc, argv, "mode", &a->defaults, err));
    if (!is_mode(a->defaults)) /* parsing says what is wrong with it */
        a->defaults = NULL;
    if (a->defaults)
        ISG_TRY(isg_ner_transfer_mode(&a->opts.transfer, &unused, a->defaults, err));
    make_table(a);
    return ISG_OK;
}

/* ---- after parsing ---- */

/* Each source with its dev text and vectors, in order; one vector file may be for all. */
static enum isg_status pair_sources(struct transfer_args *a, struct isg_error *err)
{
    const struct isg_opt_list *const text = &a->sources, *const dev = &a->source_devs, *const emb = &a->source_vectors;
    if (text->n > TRANSFER_MAX_SOURCES)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "more than %d sources", TRANSFER_MAX_SOURCES);
    if (dev->n > text->n || (emb->n > 1 && emb->n != text->n)) {
        (void)isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "%zu --source, %zu --source-dev, %zu --source-emb", text->n, dev->n, emb->n);
        return isg_error_expected(err, "at most one dev text per source, and one vector file, or one per source");
    }
    for (size_t i = 0; i < text->n; i++)
        a->files[i] = (struct isg_ner_task_files){.train = text->items[i],
            .dev = i < dev->n ? dev->items[i] : NULL,
            .vectors = emb->n == 1 ? emb->items[0]
                       : emb->n    ? emb->items[i]
                                   : NULL};
    a->opts.sources = a->files;
    a->opts.n_sources = text->n;
    return ISG_OK;
}

/* "encoder.*=0.1" */
static enum isg_status parse_rates(struct transfer_args *a, struct isg_error *err)
{
    for (size_t i = 0; i < a->rates.n; i++) {
        const char *const text = a->rates.items[i], *const eq = strrchr(text, '=');
        char *end = NULL;
        const double rate = eq ? strtod(eq + 1, &end) : 0;
        if (i == TRANSFER_MAX_RATES || !eq || eq == text || end == eq + 1 || *end || !(rate >= 0 && rate <= 1000)) {
            (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "--rate %s", text);
            return isg_error_expected(err, "GROUP=X with X from 0 to 1000, at most %d times", TRANSFER_MAX_RATES);
        }
        const size_t n = (size_t)(eq - text);
        if (n >= sizeof a->patterns[i])
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--rate %s: a pattern longer than %zu bytes", text,
                sizeof a->patterns[i] - 1);
        memcpy(a->patterns[i], text, n);
        a->patterns[i][n] = 0;
        a->rate[i] = (struct isg_ner_rate){a->patterns[i], rate};
    }
    a->opts.rates = a->rate;
    a->opts.n_rates = a->rates.n;
    return ISG_OK;
}

static bool given(const void *cookie, const char *name)
{
    const struct transfer_args *const a = cookie;
    const struct isg_ner_key *const keys = isg_ner_transfer_keys();
    size_t i = 0;
    while (strcmp(keys[i].name, name) != 0)
        i++;
    return a->given[i];
}

static enum isg_status no_effect(const char *option, const char *why, const char *advice, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s has no effect %s", option, why);
    return isg_error_advice(err, "%s", advice);
}

/* Options that cannot take effect, and inputs that are missing. */
static enum isg_status check(const struct transfer_args *a, struct isg_error *err)
{
    const struct isg_ner_transfer_opts *const o = &a->opts;
    if (!a->defaults || strcmp(a->mode, a->defaults) != 0)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--mode %s: another option's value looks like --mode", a->mode);
    if (!a->sources.n && (o->transfer.pretrain || o->transfer.joint || !o->target.train)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "option --source is missing");
        return isg_error_expected(err, "labelled source text");
    }
    if (a->sentences && !o->target.train)
        return no_effect("--sentences", "without --train", "leave --sentences out, or add --train FILE", err);
    if (!a->sized && !a->sentences && strcmp(a->subset, "first") == 0)
        return no_effect("--subset", "without --sentences", "leave --subset out, or add --sentences N", err);
    if (o->unlabelled && o->target.dev)
        return no_effect("--unlabelled", "with --dev, which selects the epoch", "leave one of them out", err);
    return isg_ner_transfer_check(&o->transfer, given, a, err);
}

static enum isg_status take_choices(struct transfer_args *a, struct isg_error *err)
{
    const struct isg_ner_key *const keys = isg_ner_transfer_keys();
    for (size_t i = 0; keys[i].name; i++) {
        char assignment[64];
        if (keys[i].kind != ISG_KEY_CHOICE)
            continue;
        snprintf(assignment, sizeof assignment, "%s=%s", keys[i].name, a->choice[i]);
        ISG_TRY(isg_ner_keys_set(keys, &a->opts.transfer, assignment, err));
    }
    return ISG_OK;
}

enum isg_status transfer_args_finish(struct transfer_args *a, const struct isg_app *app, struct isg_error *err)
{
    struct isg_ner_transfer_opts *const o = &a->opts;
    struct isg_ner_transfer_config unused;
    ISG_TRY(take_choices(a, err));
    ISG_TRY(check(a, err));
    isg_ner_config_defaults(&o->config);
    ISG_TRY(isg_ner_config_preset(&o->config, a->preset, err));
    ISG_TRY(isg_ner_transfer_mode(&unused, &o->config, a->mode, err));
    for (size_t i = 0; i < a->settings.n; i++)
        ISG_TRY(isg_ner_config_set(&o->config, a->settings.items[i], err));
    if (a->epochs)
        o->config.epochs = a->epochs;
    ISG_TRY(parse_rates(a, err));
    ISG_TRY(pair_sources(a, err));
    if (a->columns)
        ISG_TRY(isg_columns_parse(&o->columns, a->columns, err));
    o->mode = a->mode;
    o->sentences = (uint32_t)a->sentences;
    o->first = strcmp(a->subset, "first") == 0;
    o->seed = (uint64_t)app->seed;
    o->force = app->force;
    return ISG_OK;
}
