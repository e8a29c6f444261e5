/* isogloss translate: a labelled corpus into a pseudo-labelled one of the target language. */
#include "tools/commands/align_inputs.h"
#include "tools/commands/translate_inputs.h"
#include <stdlib.h>
#include <string.h>

static enum isg_status write_report(struct isg_writer *w, const json_t *json, struct isg_error *err)
{
    char *text = json_dumps(json, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    if (!text)
        return isg_error_nomem(err, "the report");
    isg_writer_text(w, text);
    isg_writer_text(w, "\n");
    isg_reserve_free(text);
    return ISG_OK;
}

/** Sets of options by name; an option given beside a preset overrides it. */
struct preset {
    const char *decoder, *casing, *policy;
    bool prominence;
};

static struct preset find_preset(const char *name)
{
    if (strcmp(name, "mayhew") == 0)
        return (struct preset){"greedy", "none", "PER=translate", true};
    if (strcmp(name, "best") == 0)
        return (struct preset){"beam", "source", "*=evidence,PER=copy", false};
    return (struct preset){"word", "source", NULL, false}; /* xie */
}

static int index_of(const char *name, const char *const *names)
{
    int i = 0;
    while (strcmp(name, names[i]) != 0)
        i++;
    return i;
}

/** What run_translate's options come to. */
struct job {
    const struct isg_translate_inputs *in;
    const struct isg_translate_opts *opts;
    const char *preset_policy; /* or NULL */
    const struct isg_opt_list *policies;
    bool calibrate;
    struct isg_columns columns;
    const char *corpus, *out, *trace, *report; /* the last two or NULL */
};

static enum isg_status make_translator(struct isg_app *app, const struct job *job, const struct isg_translate_loaded *l,
    struct isg_translator **t, struct isg_error *err)
{
    const struct isg_translate_parts parts = {.lexicon = l->lexicon,
        .map = l->map,
        .cases = l->cases,
        .lm = l->lm,
        .target = l->tgt.words ? &l->tgt : NULL,
        .gazetteer = l->gazetteer,
        .classes = job->in->classes};
    ISG_TRY(isg_translator_new(t, &parts, job->opts, err));
    if (job->preset_policy)
        ISG_TRY(isg_translator_policy(*t, job->preset_policy, err));
    for (size_t i = 0; i < job->policies->n; i++)
        ISG_TRY(isg_translator_policy(*t, job->policies->items[i], err));
    if (!job->calibrate || job->opts->decoder != ISG_DECODE_BEAM || !l->lexicon || !l->map)
        return ISG_OK;
    struct isg_translate_calibration c;
    ISG_TRY(isg_translator_calibrate(*t, &c, err));
    isg_log(&app->env, ISG_LOG_INFO, "temperature of the map's candidates: %.3f, %s %zu words of the lexicon",
        c.temperature, c.kept ? "fitted to" : "unchanged: no better one held out of", c.words);
    return ISG_OK;
}

static enum isg_status report_json(
    const struct isg_translate_report *report, double seconds, json_t **json, struct isg_error *err)
{
    const double speed = seconds > 0.0 ? (double)report->tokens_in / seconds : 0.0;
    *json = isg_translate_report_json(report);
    if (!*json || json_object_set_new(*json, "tokens_per_second", json_real(speed)) != 0)
        return isg_error_nomem(err, "the report");
    return ISG_OK;
}

/** Translates, and commits the corpus, the trace and the report together or not at all. */
static enum isg_status translate_to(struct isg_app *app, struct isg_translator *t, const struct job *job,
    struct isg_translate_report *report, json_t **json, struct isg_error *err)
{
    enum { CORPUS, TRACE, REPORT, N_FILES };
    const char *const paths[N_FILES] = {job->out, job->trace, job->report};
    struct isg_writer *w[N_FILES] = {NULL};
    enum isg_status status = ISG_OK;
    for (int i = 0; i < N_FILES && status == ISG_OK; i++)
        if (paths[i])
            status = isg_writer_open(&w[i], paths[i], app->force, err);
    const double started = isg_now();
    if (status == ISG_OK)
        status = isg_translate_corpus(t, job->corpus, job->columns, w[CORPUS], w[TRACE], report, &app->env, err);
    if (status == ISG_OK)
        status = report_json(report, isg_now() - started, json, err);
    if (status == ISG_OK && w[REPORT])
        status = write_report(w[REPORT], *json, err);
    if (status == ISG_OK)
        status = isg_writer_commit_all(w, N_FILES, err);
    for (int i = 0; i < N_FILES; i++)
        isg_writer_abort(w[i]);
    return status;
}

static enum isg_status translate(struct isg_app *app, const struct job *job, struct isg_error *err)
{
    struct isg_translate_loaded l = {0};
    struct isg_translator *t = NULL;
    struct isg_translate_report report = {0};
    json_t *json = NULL;
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_translate_load(app, job->in, job->corpus, job->columns, &l, err));
    ISG_GOTO(make_translator(app, job, &l, &t, err));
    ISG_GOTO(translate_to(app, t, job, &report, &json, err));
    isg_log(&app->env, ISG_LOG_INFO,
        "%llu sentences, %llu tokens, %llu entities, %s; %.1f %% of the words to translate found",
        (unsigned long long)report.sentences_in, (unsigned long long)report.tokens_in,
        (unsigned long long)report.entities_in, isg_scheme_name(report.scheme),
        100.0 * isg_translate_coverage(&report));
    isg_app_result(app, json);
    json = NULL;
out:
    json_decref(json);
    isg_translator_free(t);
    isg_translate_loaded_fini(&l);
    return status;
}

static enum isg_status run_translate(struct isg_app *app, int argc, char **argv, struct isg_error *err)
{
    static const char *const decoders[] = {"word", "greedy", "beam", NULL};
    static const char *const casings[] = {"source", "target", "both", "sample", "none", NULL};
    struct isg_translate_inputs in = {.k = 8, .max_vocab = 100000};
    const char *columns_text = NULL, *report_path = NULL, *trace_path = NULL, *preset_name = "xie";
    const char *decoder = "preset", *casing = "preset";
    struct isg_opt_list policies = {0};
    struct isg_translate_opts opts;
    isg_translate_opts_default(&opts);
    int64_t window = opts.window, beam = opts.beam, samples = opts.samples;
    bool calibrate = true;
    const struct isg_opt table[] = {
        {.name = "lexicon",
            .kind = ISG_OPT_LIST,
            .value = &in.lexicons,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "lexicon: MUSE, TSV, align dict, dictd .index or StarDict .ifo; best translation first",
            .group = "Main options (words are looked up in the lexicon, then the map)"},
        {.name = "map",
            .kind = ISG_OPT_STRING,
            .value = &in.map,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "map written by align fit; words get their nearest CSLS neighbours"},
        {.name = "src",
            .letter = 's',
            .kind = ISG_OPT_STRING,
            .value = &in.src,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "word vectors of the source language, for --map"},
        {.name = "tgt",
            .letter = 't',
            .kind = ISG_OPT_STRING,
            .value = &in.tgt,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "word vectors of the target language, for --map"},
        {.name = "preset",
            .kind = ISG_OPT_CHOICE,
            .value = &preset_name,
            .choices = "xie|mayhew|best",
            .argument = "NAME",
            .help = "word by word with source casing, greedy phrases with prominence, or lattice with evidence"},
        {.name = "reverse",
            .kind = ISG_OPT_LIST,
            .value = &in.reverse,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "target-to-source lexicon, used backwards after --lexicon",
            .group = "More sources of translations"},
        {.name = "pivot",
            .kind = ISG_OPT_LIST,
            .value = &in.pivots,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "lexicon from the target of --lexicon to the final target language"},
        {.name = "prominence",
            .kind = ISG_OPT_FLAG,
            .value = &in.prominence,
            .help = "rank lexicon entries by co-occurrence (Mayhew) instead of line order"},
        {.name = "max-vocab",
            .kind = ISG_OPT_INT,
            .value = &in.max_vocab,
            .argument = "N",
            .min = 0,
            .max = 1e9,
            .help = "most frequent words to read from each vector file, 0 = all"},
        ISG_OPT_INDEX(&in.index),
        {.name = "subwords",
            .kind = ISG_OPT_STRING,
            .value = &in.subwords,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "fastText model (.bin) of --src, for vectors of unknown words from character n-grams"},
        {.name = "lm",
            .kind = ISG_OPT_STRING,
            .value = &in.lm,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "target language model (translate lm) to choose among candidates"},
        {.name = "gazetteer",
            .kind = ISG_OPT_STRING,
            .value = &in.gazetteer,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "target-language names with their types (name<TAB>TYPE), for --policy TYPE=gazetteer"},
        {.name = "decoder",
            .kind = ISG_OPT_CHOICE,
            .value = &decoder,
            .choices = "preset|word|greedy|beam",
            .argument = "NAME",
            .help = "first candidate, longest phrase first, or best path under the language model",
            .group = "Decoder, policies and casing"},
        {.name = "policy",
            .kind = ISG_OPT_LIST,
            .value = &policies,
            .argument = "TYPE=WHAT",
            .help = "how to translate an entity type (O: non-entities, *: others): translate, copy, evidence, "
                    "gazetteer, transliterate"},
        {.name = "casing",
            .kind = ISG_OPT_CHOICE,
            .value = &casing,
            .choices = "preset|source|target|both|sample|none",
            .argument = "HOW",
            .help = "capitals of the source, of --case-table (target, sample), of both, or of the lexicon (none)"},
        {.name = "case-table",
            .kind = ISG_OPT_STRING,
            .value = &in.cases,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "casing of target words (translate case); also evidence for names"},
        {.name = "cap-threshold",
            .kind = ISG_OPT_REAL,
            .value = &opts.cap_threshold,
            .argument = "P",
            .min = 0,
            .max = 1,
            .help = "with --casing target: capitalise words above this probability"},
        {.name = "locale",
            .kind = ISG_OPT_STRING,
            .value = &in.locale,
            .argument = "LANG",
            .help = "target language, for its letter case: tr, az, lt, el, nl"},
        {.name = "source-locale",
            .kind = ISG_OPT_STRING,
            .value = &in.source_locale,
            .argument = "LANG",
            .help = "source language, for lower-casing the words looked up"},
        {.name = "classes",
            .kind = ISG_OPT_STRING,
            .value = &in.classes,
            .argument = "FILE",
            .path = ISG_PATH_IN,
            .help = "token classes left untranslated, instead of the built-in list"},
        {.name = "transliterator",
            .kind = ISG_OPT_STRING,
            .value = &opts.transliterator,
            .argument = "ID",
            .help = "ICU transliterator for --policy TYPE=transliterate, as Latin-Cyrillic"},
        {.name = "candidates",
            .kind = ISG_OPT_INT,
            .value = &in.k,
            .argument = "N",
            .min = 1,
            .max = 64,
            .help = "candidates per word or phrase",
            .group = "Decoding"},
        {.name = "window",
            .kind = ISG_OPT_INT,
            .value = &window,
            .argument = "N",
            .min = 1,
            .max = 8,
            .help = "longest phrase in words"},
        {.name = "beam",
            .kind = ISG_OPT_INT,
            .value = &beam,
            .argument = "N",
            .min = 1,
            .max = 256,
            .help = "beam width"},
        {.name = "lm-weight",
            .kind = ISG_OPT_REAL,
            .value = &opts.lm_weight,
            .argument = "W",
            .min = 0,
            .max = 100,
            .help = "weight of the language model"},
        {.name = "map-share",
            .kind = ISG_OPT_REAL,
            .value = &opts.map_share,
            .argument = "P",
            .min = 0,
            .max = 1,
            .help = "weight of the map in its mixture with the lexicon (beam)"},
        {.name = "calibrate",
            .kind = ISG_OPT_FLAG,
            .value = &calibrate,
            .help = "fit the temperature of the map's candidates to the lexicon (beam)"},
        {.name = "swap",
            .kind = ISG_OPT_REAL,
            .value = &opts.swap,
            .argument = "P",
            .min = 0,
            .max = 1,
            .help = "prior probability of swapping two words (beam), 0 = never"},
        {.name = "link",
            .kind = ISG_OPT_STRING,
            .value = &opts.link,
            .argument = "WORD",
            .help = "word that may join the swapped words of a name, as de in Romance languages"},
        {.name = "samples",
            .kind = ISG_OPT_INT,
            .value = &samples,
            .argument = "N",
            .min = 1,
            .max = 255,
            .help = "translations per sentence; all but the first are sampled (beam)"},
        {.name = "temperature",
            .kind = ISG_OPT_REAL,
            .value = &opts.temperature,
            .argument = "T",
            .min = 0,
            .max = 100,
            .help = "sampling temperature, 0 = always the best"},
        {.name = "min-coverage",
            .kind = ISG_OPT_REAL,
            .value = &opts.min_coverage,
            .argument = "P",
            .min = 0,
            .max = 1,
            .help = "drop sentences with a lower share of translated words",
            .group = "Filters"},
        {.name = "min-score",
            .kind = ISG_OPT_REAL,
            .value = &opts.min_score,
            .argument = "X",
            .help = "drop sentences with a lower mean log probability per word"},
        {.name = "drop-lower",
            .kind = ISG_OPT_FLAG,
            .value = &opts.drop_lower,
            .help = "remove the label of entities that come out without a capital (demonyms)"},
        {.name = "columns",
            .kind = ISG_OPT_STRING,
            .value = &columns_text,
            .argument = "LIST",
            .help = "columns of word and tag, as in word,_,_,tag or 0,3",
            .fallback = "first and last",
            .group = "Input and output"},
        {.name = "provenance",
            .kind = ISG_OPT_FLAG,
            .value = &opts.provenance,
            .help = "add columns before the tag: source words, method, rank, score"},
        {.name = "trace",
            .kind = ISG_OPT_STRING,
            .value = &trace_path,
            .argument = "FILE",
            .path = ISG_PATH_OUT,
            .help = "write the same as JSON lines, for programs and translate view"},
        {.name = "report",
            .kind = ISG_OPT_STRING,
            .value = &report_path,
            .argument = "FILE",
            .path = ISG_PATH_OUT,
            .help = "write a JSON report on the translated tokens"},
        {0}};
    ISG_TRY(isg_app_parse(app, table, &argc, argv, err));
    if (app->done)
        return ISG_OK;
    const struct preset preset = find_preset(preset_name);
    opts.decoder = (enum isg_decoder)index_of(strcmp(decoder, "preset") == 0 ? preset.decoder : decoder, decoders);
    opts.casing = (enum isg_casing)index_of(strcmp(casing, "preset") == 0 ? preset.casing : casing, casings);
    in.prominence |= preset.prominence;
    opts.window = (int)window;
    opts.beam = (int)beam;
    opts.candidates = (int)in.k;
    opts.samples = (uint32_t)samples;
    opts.seed = (uint64_t)app->seed;
    opts.locale = in.locale;
    opts.source_locale = in.source_locale;
    struct job job = {.in = &in,
        .opts = &opts,
        .preset_policy = preset.policy,
        .policies = &policies,
        .calibrate = calibrate,
        .columns = ISG_COLUMNS_DEFAULT,
        .corpus = argv[0],
        .trace = trace_path,
        .report = report_path};
    if (columns_text)
        ISG_TRY(isg_columns_parse(&job.columns, columns_text, err));
    ISG_TRY(isg_app_out(app, "-", &job.out, err));
    ISG_TRY(isg_check_overwrite(report_path, app->force, err));
    ISG_TRY(isg_check_overwrite(trace_path, app->force, err));
    return translate(app, &job, err);
}

const struct isg_tool isg_tool_translate = {
    {.name = "translate",
        .summary = "translate a labelled corpus and its labels",
        .synopsis = "-o OUT IN",
        .examples = "isogloss translate --lexicon en-es.txt -o es.train eng.train\n"
                    "isogloss translate --map en-es.map --src en.vec --tgt es.vec -o es.train eng.train\n"
                    "isogloss translate --preset mayhew --lexicon en-es.txt --lm es.lm -o es.train eng.train\n"
                    "isogloss translate --preset best --lexicon en-es.txt --lm es.lm \\\n"
                    "    --case-table es.case -o es.train eng.train",
        .min_args = 1,
        .max_args = 1,
        .operands = ISG_PATH_IN},
    .run = run_translate, .products = true};
