/* Options of ner transfer, which ner curve has too. */
#include "tools/commands/transfer_options.h"

#include <stdlib.h>
#include <string.h>

#define FILE_OPTION(n, v, h)                                                                                           \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_STRING, .value = v, .argument = "FILE", .help = h                                   \
    }
#define FILE_LIST(n, v, h)                                                                                             \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_LIST, .value = v, .argument = "FILE", .help = h                                     \
    }
#define PART_FLAG(n, v, h)                                                                                             \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_FLAG, .value = v, .help = h                                                         \
    }
#define PART_REAL(n, v, lo, hi, h)                                                                                     \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_REAL, .value = v, .argument = "X", .min = lo, .max = hi, .help = h                  \
    }
#define PART_INT(n, v, lo, hi, h)                                                                                      \
    {                                                                                                                  \
        .name = n, .kind = ISG_OPT_INT, .value = v, .argument = "N", .min = lo, .max = hi, .help = h                   \
    }

/* The mode says what the other options start from, so it is looked for before they are parsed. */
static const char *find_mode(int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        if (strncmp(argv[i], "--mode=", 7) == 0)
            return argv[i] + 7;
        if (strcmp(argv[i], "--mode") == 0 && i + 1 < argc)
            return argv[i + 1];
    }
    return NULL;
}

/* Each source with its dev text and vectors: in order, and one file of vectors may be for all. */
static enum isg_status pair_sources(struct isg_ner_task_files *out, const struct isg_opt_list *text,
    const struct isg_opt_list *dev, const struct isg_opt_list *vectors, struct isg_error *err)
{
    if (text->n > TRANSFER_MAX_SOURCES)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "more than %d sources", TRANSFER_MAX_SOURCES);
    if (dev->n > text->n || (vectors->n > 1 && vectors->n != text->n)) {
        (void)isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "%zu --source, %zu --source-dev, %zu --source-emb", text->n, dev->n, vectors->n);
        return isg_error_expected(err, "at most as many dev texts as sources, and one file of vectors or as many");
    }
    for (size_t i = 0; i < text->n; i++)
        out[i] = (struct isg_ner_task_files){.train = text->items[i],
            .dev = i < dev->n ? dev->items[i] : NULL,
            .vectors = vectors->n == 1 ? vectors->items[0]
                       : vectors->n    ? vectors->items[i]
                                       : NULL};
    return ISG_OK;
}

static const char *const adversaries[] = {"none", "ad", "grad"};
static const char *const shares[] = {"none", "transitions", "head"};

enum isg_status transfer_args_init(struct transfer_args *a, int argc, char **argv, struct isg_error *err)
{
    struct isg_ner_config unused;
    *a = (struct transfer_args){.opts = {.columns = ISG_COLUMNS_DEFAULT},
        .mode = find_mode(argc, argv),
        .preset = "default",
        .subset = "random"};
    struct isg_ner_transfer_config *const x = &a->opts.transfer;
    isg_ner_config_defaults(&unused);
    ISG_TRY(isg_ner_transfer_mode(x, &unused, a->mode ? a->mode : "init", err));
    a->adversary = adversaries[x->adversary];
    a->share = shares[x->share];
    const struct isg_opt table[] = {{.name = "mode",
                                        .kind = ISG_OPT_CHOICE,
                                        .value = &a->mode,
                                        .argument = "MODE",
                                        .choices = "base|init|mult|mult-init|adapt|at|datnet-f|datnet-p|translate",
                                        .required = true,
                                        .help = "what is switched on to begin with; each part below can be changed",
                                        .group = "Input"},
        FILE_LIST("source", &a->sources, "labelled text of a source (may be given again, for several)"),
        FILE_LIST("source-dev", &a->source_devs,
            "labelled source text, in the order of the sources; chooses the source's epoch"),
        FILE_LIST("source-emb", &a->source_vectors, "word vectors of the sources, in their order, or one for all"),
        FILE_OPTION("train", &a->opts.target.train,
            "labelled text of the target; without it the source's text must be in the target's language"),
        FILE_OPTION("dev", &a->opts.target.dev, "labelled target text; chooses the epoch"),
        FILE_OPTION("unlabelled", &a->opts.unlabelled,
            "target text whose tags are not looked at; without --dev it chooses the epoch, by agreement"),
        FILE_OPTION("emb", &a->opts.target.vectors, "word vectors of the target"),
        PART_INT("sentences", &a->sentences, 0, 4e9, "of the target's training text; 0 = all"),
        {.name = "subset",
            .kind = ISG_OPT_CHOICE,
            .value = &a->subset,
            .argument = "HOW",
            .choices = "random|first",
            .help = "which sentences: a choice by --seed, or the first"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &a->columns,
            .argument = "LIST",
            .help = "which column holds what, e.g. word,_,_,tag (default: the first and the last)"},
        {.name = "pretrain",
            .kind = ISG_OPT_FLAG,
            .value = &x->pretrain,
            .help = "train on the source first",
            .group = "Phases"},
        PART_INT("pretrain-epochs", &x->pretrain_epochs, 1, 100000, "passes over the source at most"),
        PART_FLAG("joint", &x->joint, "go on with source batches beside the target's"),
        PART_REAL(
            "p-source", &x->p_source, 0, 0.999, "probability of a source batch; 0 = by the square roots of the sizes"),
        PART_REAL("p-source-end", &x->p_source_end, -1, 0.999,
            "the same in the last epoch, reached evenly; negative = no change"),
        PART_INT("epoch-batches", &x->epoch_batches, 1, 1e6, "batches of an epoch at least: short texts go round"),
        {.name = "private",
            .kind = ISG_OPT_FLAG,
            .value = &x->private_encoder,
            .help = "a private encoder for each side, beside the shared one",
            .group = "Parts"},
        {.name = "share",
            .kind = ISG_OPT_CHOICE,
            .value = &a->share,
            .argument = "WHAT",
            .choices = "none|transitions|head",
            .help = "beside the encoders: the CRF's transitions, or the whole head; all have all labels then"},
        PART_FLAG("share-words", &x->share_words, "one word table for all that have the same vectors file, or none"),
        {.name = "adversary",
            .kind = ISG_OPT_CHOICE,
            .value = &a->adversary,
            .argument = "KIND",
            .choices = "none|ad|grad",
            .help = "discriminator on the shared features, by gradient reversal"},
        PART_FLAG("pool-max", &x->pool_max, "it reads the maximum over time (Cao), not attention (Zhou)"),
        PART_REAL("lambda", &x->lambda, 0, 1000, "weight of its loss"),
        PART_REAL("reverse", &x->reverse, 0, 1000, "coefficient of the reversed gradient"),
        PART_FLAG("ramp", &x->ramp, "raise that coefficient from 0 (Ganin & Lempitsky)"),
        PART_REAL("alpha", &x->alpha, 0, 1, "GRAD: weight of source sentences; target ones have 1 - alpha"),
        PART_REAL("gamma", &x->gamma, 0, 20, "GRAD: focus on what is hard"),
        PART_REAL(
            "epsilon", &x->epsilon, 0, 1e6, "norm of the adversarial perturbation of a sentence's words; 0 = none"),
        PART_REAL("epsilon-char", &x->epsilon_char, 0, 1e6, "the same of its characters"),
        PART_FLAG("epsilon-relative", &x->epsilon_relative, "both in mean norms of an embedding, not absolute"),
        PART_FLAG("word-adaptation", &x->word_adaptation, "map target vectors into the source's space (Lin & Lu)"),
        PART_INT("pivots", &x->pivots, 1, 1e9, "learnt from words spelt alike among so many most frequent ones"),
        PART_FLAG("sal", &x->sal, "sentence adaptation layer (with --set adapt_residual=true both add to their input)"),
        PART_FLAG("oal", &x->oal, "output adaptation layer"),
        {.name = "psi",
            .kind = ISG_OPT_REAL,
            .value = &x->psi,
            .argument = "X",
            .min = 0,
            .max = 1,
            .help = "rate of parts that come from the source over new ones; 0 = frozen",
            .group = "What is carried over"},
        {.name = "rate",
            .kind = ISG_OPT_LIST,
            .value = &a->rates,
            .argument = "GROUP=X",
            .help = "learning rate of a group in the target phase over the others', e.g. char.*=0.1; 0 = "
                    "frozen (word.* char.* encoder.* head.*; may be given again)"},
        PART_FLAG("copy-words", &x->copy_words, "target words that the source learnt start from its rows"),
        PART_FLAG("copy-labels", &x->copy_labels, "labels that both have start from the source's"),
        PART_FLAG("keep-encoder", &x->keep_encoder, "keep the encoder (--no-keep-encoder: start it anew)"),
        PART_FLAG("keep-chars", &x->keep_chars, "keep the character encoder"),
        PART_REAL("l2-start", &x->l2_start, 0, 1000, "pull towards the source's weights"),
        {.name = "preset",
            .kind = ISG_OPT_STRING,
            .value = &a->preset,
            .argument = "NAME",
            .help = "tagger's settings to start from, as of ner train",
            .group = "Settings"},
        {.name = "set",
            .kind = ISG_OPT_LIST,
            .value = &a->settings,
            .argument = "KEY=VALUE",
            .help = "one setting of the tagger (ner train --list-settings)"},
        PART_INT("epochs", &a->epochs, 0, 100000, "epochs of the target phase at most; 0 = as the settings have it"),
        {0}};
    _Static_assert(sizeof table <= sizeof a->table, "TRANSFER_OPTIONS is too small");
    memcpy(a->table, table, sizeof table);
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
            return isg_error_expected(err, "up to %d of GROUP=X, X from 0 to 1000", TRANSFER_MAX_RATES);
        }
        const size_t n = (size_t)(eq - text);
        if (n >= sizeof a->patterns[i])
            return isg_error_set(err, ISG_EUSAGE, NULL, 0, "--rate %s: a pattern of more than %zu bytes", text,
                sizeof a->patterns[i] - 1);
        memcpy(a->patterns[i], text, n);
        a->patterns[i][n] = 0;
        a->rate[i] = (struct isg_ner_rate){a->patterns[i], rate};
    }
    a->opts.rates = a->rate;
    a->opts.n_rates = a->rates.n;
    return ISG_OK;
}

enum isg_status transfer_args_finish(struct transfer_args *a, const struct isg_app *app, struct isg_error *err)
{
    struct isg_ner_transfer_opts *const o = &a->opts;
    struct isg_ner_transfer_config ignored;
    isg_ner_config_defaults(&o->config);
    ISG_TRY(isg_ner_config_preset(&o->config, a->preset, err));
    ISG_TRY(isg_ner_transfer_mode(&ignored, &o->config, a->mode, err));
    for (size_t i = 0; i < a->settings.n; i++)
        ISG_TRY(isg_ner_config_set(&o->config, a->settings.items[i], err));
    for (int i = 0; i < 3; i++) {
        if (strcmp(a->adversary, adversaries[i]) == 0)
            o->transfer.adversary = (enum isg_adversary)i;
        if (strcmp(a->share, shares[i]) == 0)
            o->transfer.share = (enum isg_share)i;
    }
    if (a->epochs)
        o->config.epochs = a->epochs;
    if (!a->sources.n && (strcmp(a->mode, "base") != 0 || !o->target.train)) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "no --source FILE");
        return isg_error_expected(err, "labelled text of the source");
    }
    ISG_TRY(parse_rates(a, err));
    ISG_TRY(pair_sources(a->files, &a->sources, &a->source_devs, &a->source_vectors, err));
    if (a->columns)
        ISG_TRY(isg_columns_parse(&o->columns, a->columns, err));
    o->sources = a->files;
    o->n_sources = a->sources.n;
    o->mode = a->mode;
    o->sentences = (uint32_t)a->sentences;
    o->first = strcmp(a->subset, "first") == 0;
    o->seed = (uint64_t)app->seed;
    o->force = app->force;
    return ISG_OK;
}
