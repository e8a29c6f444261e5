/* conlleval on files: lines to pairs of tags. */
#include "ner/score/evalfile.h"

#include <stdio.h>
#include <string.h>

struct fields {
    const char *at[3]; /* word, gold or only tag, prediction */
    size_t n[3];
    size_t count;
};

/* A file that is read beside another. */
struct side {
    struct isg_reader *reader;
    char separator;
    int columns[2]; /* which fields go to at[1], at[2]; negative from the end */
    int n_columns;
    size_t width; /* columns of the first token line */
};

static bool is_separator(const struct side *s, char c)
{
    return s->separator ? c == s->separator : c == ' ' || c == '\t';
}

static bool blank(const char *line, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (line[i] != ' ' && line[i] != '\t')
            return false;
    return true;
}

/* Field number k, negative from the end. Runs of blanks are one separator; a separator given or a tab stands
 * alone. */
static bool field(const struct side *s, const char *line, size_t n, int k, const char **at, size_t *len)
{
    int count = 0;
    for (int pass = 0; pass < 2; pass++) {
        int seen = 0;
        size_t i = 0;
        while (i < n) {
            if (!s->separator) {
                while (i < n && is_separator(s, line[i]))
                    i++;
                if (i == n)
                    break;
            }
            size_t end = i;
            while (end < n && !is_separator(s, line[end]))
                end++;
            if (pass == 1 && seen == (k < 0 ? count + k : k)) {
                *at = line + i;
                *len = end - i;
                return true;
            }
            seen++;
            i = end + 1;
        }
        count = seen;
    }
    return false;
}

static size_t count_fields(const struct side *s, const char *line, size_t n)
{
    const char *at;
    size_t len, k = 0;
    while (field(s, line, n, (int)k, &at, &len))
        k++;
    return k;
}

/* Next line that is no comment of a CoNLL-U kind: *line NULL at the end, f->count 0 for a sentence boundary. */
static enum isg_status next(struct side *s, char **line, struct fields *f, struct isg_error *err)
{
    size_t n;
    ISG_TRY(isg_reader_line(s->reader, line, &n, err));
    f->count = 0;
    if (!*line || blank(*line, n))
        return ISG_OK;
    const char *path = isg_reader_path(s->reader);
    const uint64_t number = isg_reader_lineno(s->reader);
    if (isg_utf8_valid(*line, n) != n)
        return isg_error_set(err, ISG_EDATA, path, number, "bytes that are no UTF-8");
    if (!s->width && !s->separator && memchr(*line, '\t', n))
        s->separator = '\t';
    f->count = count_fields(s, *line, n);
    if (!s->width)
        s->width = f->count;
    if (f->count < (size_t)s->n_columns + 1) {
        isg_error_set(err, ISG_EDATA, path, number, "%zu column%s", f->count, f->count == 1 ? "" : "s");
        return isg_error_expected(err, "a word and %d tag column%s", s->n_columns, s->n_columns == 1 ? "" : "s");
    }
    if (s->n_columns == 2 && f->count != s->width) {
        isg_error_set(err, ISG_EDATA, path, number, "%zu columns", f->count);
        return isg_error_expected(err, "%zu as on the lines before", s->width);
    }
    (void)field(s, *line, n, 0, &f->at[0], &f->n[0]);
    for (int i = 0; i < s->n_columns; i++)
        if (!field(s, *line, n, s->columns[i], &f->at[i + 1], &f->n[i + 1]) || f->n[i + 1] == 0) {
            isg_error_set(err, ISG_EDATA, path, number, "no tag in column %d", s->columns[i]);
            return isg_error_expected(err, "a tag on each token's line (%zu columns here)", f->count);
        }
    return ISG_OK;
}

/* conlleval -r: a bare type is a chunk of its own. */
static enum isg_status give(const struct isg_ner_pairs *to, const struct isg_ner_eval_opts *opts,
    const struct fields *f, const char *predicted, size_t predicted_n, struct isg_error *err)
{
    const char *const gold = f->at[1];
    const size_t gold_n = f->n[1];
    if (!opts->raw)
        return to->token(to->cookie, f->at[0], f->n[0], gold, gold_n, predicted, predicted_n, err);
    const char *outside = opts->outside ? opts->outside : "O";
    const char *in[2] = {gold, predicted};
    const size_t len[2] = {gold_n, predicted_n};
    char *out[2] = {NULL, NULL};
    enum isg_status status = ISG_OK;
    for (int i = 0; i < 2 && status == ISG_OK; i++) {
        const bool is_outside = (len[i] == strlen(outside) && memcmp(in[i], outside, len[i]) == 0) ||
                                (len[i] == 1 && in[i][0] == 'O');
        out[i] = isg_malloc(len[i] + 3, 1);
        if (!out[i]) {
            status = isg_error_nomem(err, "a tag");
            break;
        }
        if (is_outside) {
            memcpy(out[i], "O", 2);
        } else {
            memcpy(out[i], "B-", 2);
            memcpy(out[i] + 2, in[i], len[i]);
            out[i][len[i] + 2] = 0;
        }
    }
    if (status == ISG_OK)
        status = to->token(to->cookie, f->at[0], f->n[0], out[0], strlen(out[0]), out[1], strlen(out[1]), err);
    isg_free(out[0]);
    isg_free(out[1]);
    return status;
}

static enum isg_status one_file(const struct isg_ner_pairs *to, const struct isg_ner_eval_opts *opts, struct side *a,
    uint64_t *tokens, struct isg_error *err)
{
    char *line;
    struct fields f;
    for (;;) {
        ISG_TRY(next(a, &line, &f, err));
        if (!line)
            return ISG_OK;
        if (!f.count) {
            to->sentence(to->cookie);
            continue;
        }
        ++*tokens;
        ISG_TRY(give(to, opts, &f, f.at[2], f.n[2], err));
    }
}

static enum isg_status differ(const struct side *a, const struct side *b, const char *what, struct isg_error *err)
{
    isg_error_set(err, ISG_EDATA, isg_reader_path(b->reader), isg_reader_lineno(b->reader), "%s", what);
    isg_error_expected(err, "the same words and sentence breaks as in %s, here its line %llu",
        isg_reader_path(a->reader), (unsigned long long)isg_reader_lineno(a->reader));
    return ISG_EDATA;
}

static enum isg_status two_files(const struct isg_ner_pairs *to, const struct isg_ner_eval_opts *opts, struct side *a,
    struct side *b, uint64_t *tokens, struct isg_error *err)
{
    char *line, *other;
    struct fields f, g;
    bool gap = true;
    for (;;) {
        /* several blank lines make one break, so that files which differ in them alone still fit */
        bool gap_a = false, gap_b = false;
        do {
            ISG_TRY(next(a, &line, &f, err));
            gap_a |= line && !f.count;
        } while (line && !f.count);
        do {
            ISG_TRY(next(b, &other, &g, err));
            gap_b |= other && !g.count;
        } while (other && !g.count);
        if (!line && !other)
            return ISG_OK;
        if (!other)
            return differ(a, b, "the file ends", err);
        if (!line)
            return differ(a, b, "lines after the last one wanted", err);
        if (gap_a != gap_b && !gap)
            return differ(a, b, gap_b ? "a sentence break" : "no sentence break", err);
        gap = false;
        if (f.n[0] != g.n[0] || memcmp(f.at[0], g.at[0], f.n[0]) != 0) {
            char what[128];
            snprintf(what, sizeof what, "the word \"%.*s\" where the gold file has \"%.*s\"",
                g.n[0] > 40 ? 40 : (int)g.n[0], g.at[0], f.n[0] > 40 ? 40 : (int)f.n[0], f.at[0]);
            return differ(a, b, what, err);
        }
        if (gap_a)
            to->sentence(to->cookie);
        ++*tokens;
        ISG_TRY(give(to, opts, &f, g.at[1], g.n[1], err));
    }
}

enum isg_status isg_ner_eval_read(
    const struct isg_ner_eval_opts *opts, const struct isg_ner_pairs *to, struct isg_error *err)
{
    const bool pair = opts->predicted != NULL;
    struct side a = {.separator = opts->delimiter == ' ' ? 0 : opts->delimiter, .n_columns = pair ? 1 : 2};
    struct side b = {.separator = a.separator, .n_columns = 1};
    a.columns[0] = opts->gold_column ? opts->gold_column : pair ? -1 : -2;
    a.columns[1] = b.columns[0] = opts->predicted_column ? opts->predicted_column : -1;
    enum isg_status status = ISG_OK;
    uint64_t tokens = 0;
    ISG_GOTO(isg_reader_open(&a.reader, opts->gold, err));
    if (pair) {
        ISG_GOTO(isg_reader_open(&b.reader, opts->predicted, err));
        ISG_GOTO(two_files(to, opts, &a, &b, &tokens, err));
    } else {
        ISG_GOTO(one_file(to, opts, &a, &tokens, err));
    }
    to->sentence(to->cookie);
    if (!tokens) {
        isg_error_set(err, ISG_EDATA, opts->gold, 0, "no token");
        status = isg_error_expected(err, "lines of a word and tags");
    }
out:
    isg_reader_close(a.reader);
    isg_reader_close(b.reader);
    return status;
}

static enum isg_status score_token(void *cookie, const char *word, size_t word_n, const char *gold, size_t gold_n,
    const char *predicted, size_t predicted_n, struct isg_error *err)
{
    (void)word;
    (void)word_n;
    return isg_ner_scorer_token(cookie, gold, gold_n, predicted, predicted_n, err);
}

static void score_break(void *cookie)
{
    isg_ner_scorer_break(cookie);
}

enum isg_status isg_ner_eval_files(
    struct isg_ner_score *out, const struct isg_ner_eval_opts *opts, struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    struct isg_ner_scorer *const scorer = isg_ner_scorer_new();
    if (!scorer)
        return isg_error_nomem(err, "the scorer");
    enum isg_status status = isg_ner_eval_read(opts, &(struct isg_ner_pairs){scorer, score_token, score_break}, err);
    if (status == ISG_OK)
        status = isg_ner_scorer_finish(scorer, out, err);
    isg_ner_scorer_free(scorer);
    return status;
}
