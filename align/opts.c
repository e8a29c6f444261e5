/* Options of fitting: defaults and names. */
#include "align/align.h"

#include <string.h>

void isg_align_opts_default(struct isg_align_opts *opts)
{
    *opts = (struct isg_align_opts){
        .method = ISG_ALIGN_AUTO,
        .seed_from = ISG_SEED_DICT,
        .norm = {ISG_NORM_UNIT, ISG_NORM_CENTRE, ISG_NORM_UNIT},
        .abtt = 2,
        .refine = -1,
        .csls_k = 10,
        .vocab_cutoff = 20000,
        .seed = 1,
    };
}

static bool is(const char *name, const char *text, size_t n)
{
    return strlen(name) == n && memcmp(name, text, n) == 0;
}

enum isg_status isg_align_parse_norm(struct isg_align_opts *opts, const char *text, struct isg_error *err)
{
    enum isg_align_step steps[sizeof opts->norm / sizeof *opts->norm] = {ISG_NORM_END};
    const size_t most = sizeof steps / sizeof *steps - 1;
    size_t n = 0;
    for (const char *at = text; strcmp(text, "none") != 0;) {
        const size_t len = strcspn(at, ",");
        enum isg_align_step step = ISG_NORM_END;
        if (is("unit", at, len))
            step = ISG_NORM_UNIT;
        else if (is("centre", at, len) || is("center", at, len))
            step = ISG_NORM_CENTRE;
        else if (is("abtt", at, len))
            step = ISG_NORM_ABTT;
        if (step == ISG_NORM_END || n == most) {
            isg_error_set(err, ISG_EUSAGE, NULL, 0, "preprocessing \"%s\"", text);
            return isg_error_expected(err, "up to %zu of unit, centre, abtt, with commas between them, or none", most);
        }
        steps[n++] = step;
        if (!at[len])
            break;
        at += len + 1;
    }
    memcpy(opts->norm, steps, sizeof steps);
    return ISG_OK;
}

static const char *const method_names[] = {[ISG_ALIGN_AUTO] = "auto",
    [ISG_ALIGN_PROCRUSTES] = "procrustes",
    [ISG_ALIGN_ADVANCED] = "advanced",
    [ISG_ALIGN_RCSLS] = "rcsls",
    [ISG_ALIGN_PROCB] = "procb"};
static const char *const seed_names[] = {[ISG_SEED_DICT] = "dict",
    [ISG_SEED_IDENTICAL] = "identical",
    [ISG_SEED_NUMERALS] = "numerals",
    [ISG_SEED_UNSUPERVISED] = "unsupervised"};
static const char *const retrieval_names[] = {
    [ISG_RETRIEVE_NN] = "nn", [ISG_RETRIEVE_CSLS] = "csls", [ISG_RETRIEVE_ISF] = "isf"};

const char *isg_align_method_name(enum isg_align_method m)
{
    return method_names[m];
}

const char *isg_align_seed_name(enum isg_align_seed_from s)
{
    return seed_names[s];
}

const char *isg_retrieval_name(enum isg_retrieval r)
{
    return retrieval_names[r];
}

static int find(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

int isg_align_method_find(const char *name)
{
    return find(method_names, sizeof method_names / sizeof *method_names, name);
}

int isg_align_seed_find(const char *name)
{
    return find(seed_names, sizeof seed_names / sizeof *seed_names, name);
}

int isg_retrieval_find(const char *name)
{
    return find(retrieval_names, sizeof retrieval_names / sizeof *retrieval_names, name);
}

int isg_dict_format_find(const char *name)
{
    static const char *const names[] = {[ISG_DICT_TSV] = "tsv",
        [ISG_DICT_MUSE] = "muse",
        [ISG_DICT_JSONL] = "jsonl",
        [ISG_DICT_STARDICT] = "stardict",
        [ISG_DICT_CSV] = "csv",
        [ISG_DICT_XDXF] = "xdxf",
        [ISG_DICT_LIFT] = "lift",
        [ISG_DICT_TBX] = "tbx"};
    return find(names, sizeof names / sizeof *names, name);
}

enum isg_dict_case isg_dict_case_find(const char *name)
{
    return strcmp(name, "lower") == 0  ? ISG_DICT_CASE_LOWER
           : strcmp(name, "keep") == 0 ? ISG_DICT_CASE_KEEP
                                       : ISG_DICT_CASE_AUTO;
}
