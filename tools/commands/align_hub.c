/* isogloss align hub: many languages in one space, and a map between any two of them. */
#include "tools/commands/align_inputs.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { MOST = 64 };
struct member {
    char name[64];
    const char *path, *dict;
    char sum[17];
    struct isg_vectors v;
    struct isg_align_pairs pairs;
};
struct hub {
    struct member of[MOST]; /* the pivot first */
    size_t n;
    int64_t max_vocab;
    const char *folder, *from;
    bool swap;
};

/* NAME=FILE. */
static enum isg_status split(
    const char *text, const char *what, char name[64], const char **path, struct isg_error *err)
{
    const char *const equals = strchr(text, '=');
    const size_t n = equals ? (size_t)(equals - text) : 0;
    if (n == 0 || n > 63 || memchr(text, '/', n) || !equals[1]) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s \"%s\"", what, text);
        return isg_error_expected(err, "a language and its file, as es=es.vec.gz");
    }
    memcpy(name, text, n);
    name[n] = '\0';
    *path = equals + 1;
    return ISG_OK;
}

static struct member *find(struct hub *hub, const char *name)
{
    for (size_t i = 0; i < hub->n; i++)
        if (strcmp(hub->of[i].name, name) == 0)
            return &hub->of[i];
    return NULL;
}

static enum isg_status add_member(struct hub *hub, const char *text, struct isg_error *err)
{
    struct member *const m = &hub->of[hub->n];
    if (hub->n == MOST)
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "more than %d languages", MOST);
    ISG_TRY(split(text, hub->n ? "language" : "--pivot", m->name, &m->path, err));
    if (find(hub, m->name))
        return isg_error_set(err, ISG_EUSAGE, NULL, 0, "the language %s twice", m->name);
    hub->n++;
    return ISG_OK;
}

static enum isg_status add_dict(struct hub *hub, const char *text, struct isg_error *err)
{
    char name[64];
    const char *path;
    ISG_TRY(split(text, "--seed-dict", name, &path, err));
    struct member *const m = find(hub, name);
    if (!m || m == &hub->of[0]) {
        isg_error_set(
            err, ISG_EUSAGE, NULL, 0, "--seed-dict of %s, which is %s", name, m ? "the pivot" : "no language here");
        return isg_error_expected(err, "one of the languages after the options");
    }
    m->dict = path;
    return ISG_OK;
}

static enum isg_status load_pairs(struct isg_app *app, struct hub *hub, struct member *m, struct isg_error *err)
{
    const struct isg_vectors *const pivot = &hub->of[0].v;
    if (!m->dict && hub->from)
        return isg_align_pairs_from_words(
            &m->pairs, (enum isg_align_seed_from)isg_align_seed_find(hub->from), pivot, &m->v, err);
    struct isg_dict dict = {0};
    ISG_TRY(isg_align_load_dict(app, &dict, m->dict, err));
    enum isg_status status = isg_align_orient(
        &dict, m->dict, pivot, &m->v, ISG_DICT_CASE_AUTO, "swap-seed", hub->swap, err);
    if (status == ISG_OK)
        status = isg_align_pairs_from_dict(&m->pairs, &dict, pivot, &m->v, ISG_DICT_CASE_AUTO, NULL, err);
    isg_dict_fini(&dict);
    return status;
}

static enum isg_status load(struct isg_app *app, struct hub *hub, struct isg_error *err)
{
    for (size_t i = 0; i < hub->n; i++) {
        struct member *const m = &hub->of[i];
        struct isg_align_inputs in = {.path = {m->path}, .max_vocab = hub->max_vocab};
        const enum isg_status status = isg_align_load_vectors(app, &in, ISG_SOURCE, err);
        m->v = in.v[ISG_SOURCE];
        ISG_TRY(status);
        ISG_TRY(isg_file_checksum(m->path, m->sum, err));
        if (i > 0)
            ISG_TRY(load_pairs(app, hub, m, err));
    }
    return ISG_OK;
}

static void map_path(const struct hub *hub, size_t a, size_t b, char *out, size_t n)
{
    snprintf(out, n, "%s/%s-%s.map", hub->folder, hub->of[a].name, hub->of[b].name);
}

static enum isg_status save_map(struct isg_app *app, const struct hub *hub, const struct isg_align_hub *fitted,
    size_t a, size_t b, struct isg_error *err)
{
    enum isg_status status;
    const size_t side[2] = {a, b};
    static const char *const keys[2][2] = {{"source", "source_xxh3"}, {"target", "target_xxh3"}};
    struct isg_align_map *map;
    char path[4096];
    ISG_TRY(isg_align_hub_map(fitted, a, b, &map, err));
    for (int s = 0; s < 2; s++) {
        ISG_GOTO(isg_align_map_set_meta(map, keys[s][0], hub->of[side[s]].path, err));
        ISG_GOTO(isg_align_map_set_meta(map, keys[s][1], hub->of[side[s]].sum, err));
    }
    ISG_GOTO(isg_align_map_set_meta(map, "pivot", hub->of[0].name, err));
    map_path(hub, a, b, path, sizeof path);
    status = isg_align_map_save(map, path, app->force, err);
out:
    isg_align_map_free(map);
    return status;
}

static enum isg_status ready_folder(struct isg_app *app, const struct hub *hub, struct isg_error *err)
{
    char path[4096];
    if (mkdir(hub->folder, 0777) != 0 && errno != EEXIST)
        return isg_error_errno(err, hub->folder, "creating a folder");
    for (size_t a = 0; a < hub->n; a++)
        for (size_t b = 0; b < hub->n; b++) {
            map_path(hub, a, b, path, sizeof path);
            if (a != b)
                ISG_TRY(isg_check_overwrite(path, app->force, err));
        }
    return ISG_OK;
}

static enum isg_status fit(
    struct isg_app *app, struct hub *hub, const struct isg_align_opts *opts, struct isg_error *err)
{
    enum isg_status status;
    struct isg_align_hub *fitted = NULL;
    struct isg_hub_report report;
    struct isg_hub_language languages[MOST];
    json_t *pairs = json_object();
    ISG_GOTO(load(app, hub, err));
    for (size_t i = 0; i < hub->n; i++)
        languages[i] = (struct isg_hub_language){hub->of[i].name, &hub->of[i].v, i ? &hub->of[i].pairs : NULL};
    ISG_GOTO(isg_align_hub_fit(&fitted, languages, hub->n, opts, &report, &app->env, err));
    for (size_t a = 0; a < hub->n; a++)
        for (size_t b = 0; b < hub->n; b++)
            if (a != b)
                ISG_GOTO(save_map(app, hub, fitted, a, b, err));
    fprintf(app->results, "%s: %zu languages, %zu maps; %llu words of %s, mean squared distance %.4f after %d rounds\n",
        hub->folder, hub->n, hub->n * (hub->n - 1), (unsigned long long)report.words, hub->of[0].name, report.loss,
        report.rounds);
    for (size_t i = 1; i < hub->n; i++) {
        fprintf(app->results, "%s-%s  %zu pairs\n", hub->of[0].name, hub->of[i].name, hub->of[i].pairs.n);
        json_object_set_new(pairs, hub->of[i].name, json_integer((json_int_t)hub->of[i].pairs.n));
    }
    isg_app_result(app, json_pack("{s:I, s:O, s:I, s:f, s:i}", "maps", (json_int_t)(hub->n * (hub->n - 1)), "pairs",
                            pairs, "words", (json_int_t)report.words, "loss", report.loss, "rounds", report.rounds));
out:
    json_decref(pairs);
    isg_align_hub_free(fitted);
    return status;
}

static enum isg_status run_hub(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    struct hub hub = {.max_vocab = 200000};
    struct isg_align_opts opts;
    struct isg_opt_list dicts = {0};
    isg_align_opts_default(&opts);
    const char *pivot = NULL, *norm = "unit,centre,unit";
    int64_t refine = 0, cutoff = opts.vocab_cutoff, csls_k = opts.csls_k;
    /* clang-format off */
    const struct isg_opt table[] = {
        {.name = "pivot", .kind = ISG_OPT_STRING, .value = &pivot, .argument = "LANG=FILE", .required = true,
            .help = "language that the dictionaries translate from, and its word vectors", .group = "Input"},
        {.name = "seed-dict", .kind = ISG_OPT_LIST, .value = &dicts, .argument = "LANG=FILE",
            .help = "dictionary of the pivot and this language: pivot word, its translation"},
        {.name = "swap-seed", .kind = ISG_OPT_FLAG, .value = &hub.swap,
            .help = "the dictionaries have the pivot's word last: turn them round"},
        {.name = "seed-from", .kind = ISG_OPT_CHOICE, .value = &hub.from, .choices = "identical|numerals",
            .help = "seed of languages without a dictionary"},
        {.name = "max-vocab", .kind = ISG_OPT_INT, .value = &hub.max_vocab, .argument = "N", .min = 0, .max = 4e9,
            .help = "most frequent words to read from each vector file, 0 = all"},
        {.name = "refine", .kind = ISG_OPT_INT, .value = &refine, .argument = "N", .min = 0, .max = 1000,
            .help = "rounds of refinement on mutual CSLS neighbours of each language and the pivot", .group = "Method"},
        {.name = "norm", .kind = ISG_OPT_STRING, .value = &norm, .argument = "LIST",
            .help = "preprocessing steps in order: unit, centre, abtt (all-but-the-top), or none"},
        {.name = "csls-k", .kind = ISG_OPT_INT, .value = &csls_k, .argument = "N", .min = 1, .max = 1000,
            .help = "neighbourhood size of CSLS in words"},
        {.name = "vocab-cutoff", .kind = ISG_OPT_INT, .value = &cutoff, .argument = "N", .min = 0, .max = 4e9,
            .help = "most frequent words of each language to refine on, 0 = all"},
        {0}};
    /* clang-format on */
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    hub.folder = app->out;
    if (!hub.folder || strcmp(hub.folder, "-") == 0) {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "no folder for the maps");
        return isg_error_expected(err, "-o FOLDER");
    }
    ISG_TRY(isg_align_parse_norm(&opts, norm, err));
    opts.refine = (int)refine;
    opts.csls_k = (uint32_t)csls_k;
    opts.vocab_cutoff = (uint32_t)cutoff;
    opts.seed = (uint64_t)app->seed;
    ISG_TRY(add_member(&hub, pivot, err));
    for (int i = 0; i < argc; i++)
        ISG_TRY(add_member(&hub, argv[i], err));
    for (size_t i = 0; i < dicts.n; i++)
        ISG_TRY(add_dict(&hub, dicts.items[i], err));
    for (size_t i = 1; i < hub.n; i++)
        if (!hub.of[i].dict && !hub.from) {
            isg_error_set(err, ISG_EUSAGE, NULL, 0, "no seed for %s", hub.of[i].name);
            return isg_error_expected(err, "--seed-dict %s=FILE, or --seed-from identical", hub.of[i].name);
        }
    ISG_TRY(ready_folder(app, &hub, err));
    const enum isg_status status = fit(app, &hub, &opts, err);
    for (size_t i = 0; i < hub.n; i++) {
        isg_vectors_fini(&hub.of[i].v);
        isg_align_pairs_fini(&hub.of[i].pairs);
    }
    return status;
}

const struct isg_tool isg_tool_align_hub = {
    {.name = "align hub",
        .summary = "map many languages into one space; write a map for every two of them",
        .synopsis = "--pivot LANG=FILE --seed-dict LANG=FILE... -o FOLDER LANG=FILE...",
        .examples = "isogloss align hub --pivot en=en.vec --seed-dict es=en-es.txt --seed-dict hi=en-hi.txt \\\n"
                    "    -o maps es=es.vec hi=hi.vec\n"
                    "isogloss align dict --map maps/es-hi.map --src es.vec --tgt hi.vec -o es-hi.tsv\n",
        .min_args = 1,
        .max_args = MOST - 1},
    .run = run_hub, .products = true};
