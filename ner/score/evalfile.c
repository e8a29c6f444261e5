/* Reads gold and predicted tags from files side by side, and scores them. */
#include "ner/score/evalfile.h"

#include <stdio.h>
#include <string.h>

struct text {
    const char *s;
    size_t n;
};
/* A file being read, and its present token. */
struct side {
    const char *path;
    struct isg_columns_reader *reader;
    struct isg_block *block;
    size_t line;   /* next one of the block */
    int column[2]; /* of the tags: gold or prediction; in a single file both */
    int n_tags;
    uint32_t width; /* columns of the first token line */
    /* the token */
    bool ended; /* end of input */
    bool first; /* of its sentence */
    uint64_t number;
    struct text word, tag[2];
};
struct eval {
    const struct isg_ner_eval_opts *opts;
    struct side sides[1 + ISG_NER_MAX_PREDICTED];
    size_t n_sides, n_scores;
    struct isg_ner_scorer *scorer[ISG_NER_MAX_PREDICTED];
    struct isg_ner_schemer *schemer[ISG_NER_MAX_PREDICTED]; /* NULL = not wanted */
    struct isg_ner_detailer *detailer;                      /* NULL = not wanted */
    ISG_ARRAY(char) raw[2];                                 /* tags made of bare types */
    uint64_t tokens;
};

/* conlleval takes any text; what no scheme writes is a mistake in the columns, or a bare type. */
static bool well_formed(struct text tag)
{
    const char letter = tag.s[0];
    if (tag.n == 1)
        return strchr("OBIESMLUW[].", letter) != NULL;
    return tag.n > 2 && tag.s[1] == '-' && strchr("BIESMLUW[]", letter) != NULL;
}

static enum isg_status check_line(
    struct side *s, const struct isg_line *line, const struct isg_ner_eval_opts *opts, struct isg_error *err)
{
    if (!s->width)
        s->width = line->n_fields;
    if (s->n_tags == 2 && line->n_fields != s->width) {
        (void)isg_error_set(err, ISG_EDATA, s->path, line->number, "a line of %u columns", line->n_fields);
        return isg_error_expected(err, "%u as on the lines before", s->width);
    }
    for (int i = 0; i < s->n_tags; i++) {
        s->tag[i].s = isg_line_field(line, s->column[i], &s->tag[i].n);
        if (!s->tag[i].s || s->tag[i].s == s->word.s || s->tag[i].n == 0) {
            (void)isg_error_set(err, ISG_EDATA, s->path, line->number,
                "a line of %u column%s without a tag in column %d", line->n_fields, line->n_fields == 1 ? "" : "s",
                s->column[i]);
            (void)isg_error_expected(err, "a word and %d tag column%s", s->n_tags, s->n_tags == 1 ? "" : "s");
            return isg_error_advice(err, "say with --gold-column and --predicted-column which columns hold the tags");
        }
        if (opts->raw || well_formed(s->tag[i]))
            continue;
        (void)isg_error_set(err, ISG_EDATA, s->path, line->number, "the malformed tag \"%.*s\"",
            (int)(s->tag[i].n < 80 ? s->tag[i].n : 80), s->tag[i].s);
        (void)isg_error_expected(
            err, "tags of IOB1, BIO or a scheme with E-, S-, M-, L-, U- or W-: O, or a prefix and a type, as in B-PER");
        return isg_error_advice(err, "--raw scores bare types such as ORG");
    }
    return ISG_OK;
}

/* The next token of a file. A document mark without tags ends the sentence, as an empty line does. */
static enum isg_status next(struct side *s, const struct isg_ner_eval_opts *opts, struct isg_error *err)
{
    s->first = s->number == 0;
    for (;;) {
        if (!s->block || s->line == s->block->lines.n) {
            const enum isg_status status = isg_columns_next(s->reader, &s->block, err);
            if (status == ISG_EDATA && strstr(err->advice, "--columns"))
                (void)isg_error_advice(
                    err, "say with --gold-column and --predicted-column which columns hold the tags");
            s->line = 0;
            s->ended = !s->block;
            if (status != ISG_OK || s->ended)
                return status;
        }
        const struct isg_line *const line = &s->block->lines.v[s->line++];
        const bool document = line->kind == ISG_LINE_DOCUMENT;
        if (line->kind == ISG_LINE_BLANK || (document && line->n_fields <= (uint32_t)s->n_tags))
            s->first = true;
        else if (document || line->kind == ISG_LINE_TOKEN) {
            const struct isg_columns c = isg_columns_effective(s->reader);
            s->number = line->number;
            s->word.s = isg_line_field(line, document ? 0 : c.word, &s->word.n);
            return check_line(s, line, opts, err);
        }
    }
}

static enum isg_status differ(
    const struct side *a, const struct side *b, uint64_t line, const char *what, struct isg_error *err)
{
    (void)isg_error_set(err, ISG_EDATA, b->path, line, "%s", what);
    return isg_error_expected(
        err, "the words and sentence breaks of %s, which is at line %llu", a->path, (unsigned long long)a->number);
}

/* Do the present tokens of a prediction and the gold file agree? */
static enum isg_status compare(const struct side *a, const struct side *b, bool start, struct isg_error *err)
{
    if (a->ended && b->ended)
        return ISG_OK;
    if (b->ended)
        return differ(a, b, b->number, "the end of the file", err);
    if (a->ended)
        return differ(a, b, b->number, "more tokens than expected", err);
    if (a->first != b->first && !start)
        return differ(a, b, b->number,
            b->first ? "a sentence break before this line" : "no sentence break before this line", err);
    if (isg_utf8_same(a->word.s, a->word.n, b->word.s, b->word.n))
        return ISG_OK;
    char what[128];
    snprintf(what, sizeof what, "the word \"%.*s\" where the gold file has \"%.*s\"",
        b->word.n > 40 ? 40 : (int)b->word.n, b->word.s, a->word.n > 40 ? 40 : (int)a->word.n, a->word.s);
    return differ(a, b, b->number, what, err);
}

/* conlleval -r: a bare type is an entity of one token. */
static enum isg_status from_raw(struct eval *e, int i, struct text *tag, struct isg_error *err)
{
    const char *const outside = e->opts->outside ? e->opts->outside : "O";
    if ((tag->n == strlen(outside) && memcmp(tag->s, outside, tag->n) == 0) || (tag->n == 1 && tag->s[0] == 'O')) {
        *tag = (struct text){"O", 1};
        return ISG_OK;
    }
    if (!ISG_RESERVE(e->raw[i], tag->n + 2))
        return isg_error_nomem(err, "a tag");
    memcpy(e->raw[i].v, "B-", 2);
    memcpy(e->raw[i].v + 2, tag->s, tag->n);
    *tag = (struct text){e->raw[i].v, tag->n + 2};
    return ISG_OK;
}

static enum isg_status score_token(struct eval *e, size_t k, struct isg_error *err)
{
    struct text gold = e->sides[0].tag[0], predicted = e->n_sides > 1 ? e->sides[k + 1].tag[0] : e->sides[0].tag[1];
    const struct text word = e->sides[0].word;
    if (e->opts->raw) {
        ISG_TRY(from_raw(e, 0, &gold, err));
        ISG_TRY(from_raw(e, 1, &predicted, err));
    }
    ISG_TRY(isg_ner_scorer_token(e->scorer[k], gold.s, gold.n, predicted.s, predicted.n, err));
    if (e->schemer[k])
        ISG_TRY(isg_ner_schemer_token(e->schemer[k], gold.s, gold.n, predicted.s, predicted.n, err));
    if (k > 0 || !e->detailer)
        return ISG_OK;
    return isg_ner_detailer_token(e->detailer, word.s, word.n, gold.s, gold.n, predicted.s, predicted.n, err);
}

/* All tokens of the files, to the scorers. */
static enum isg_status run(struct eval *e, struct isg_error *err)
{
    for (;; e->tokens++) {
        for (size_t i = 0; i < e->n_sides; i++)
            ISG_TRY(next(&e->sides[i], e->opts, err));
        for (size_t i = 1; i < e->n_sides; i++)
            ISG_TRY(compare(&e->sides[0], &e->sides[i], e->tokens == 0, err));
        if (e->sides[0].ended)
            break;
        for (size_t k = 0; k < e->n_scores; k++) {
            if (e->sides[0].first)
                isg_ner_scorer_break(e->scorer[k]);
            if (e->sides[0].first && e->schemer[k])
                ISG_TRY(isg_ner_schemer_break(e->schemer[k], err));
            if (e->sides[0].first && k == 0 && e->detailer)
                ISG_TRY(isg_ner_detailer_break(e->detailer, err));
            ISG_TRY(score_token(e, k, err));
        }
    }
    return ISG_OK;
}

static enum isg_status open_sides(struct eval *e, struct isg_error *err)
{
    const struct isg_ner_eval_opts *const o = e->opts;
    const int predicted = o->predicted_column ? o->predicted_column : -1;
    bool standard = false;
    e->n_sides = 1 + o->n_predicted;
    for (size_t i = 0; i < e->n_sides; i++) {
        struct side *const s = &e->sides[i];
        s->path = i ? o->predicted[i - 1] : o->gold;
        if (strcmp(s->path, "-") == 0) {
            if (standard)
                return isg_error_set(err, ISG_EUSAGE, NULL, 0, "standard input given for two files");
            standard = true;
        }
        s->n_tags = e->n_sides == 1 ? 2 : 1;
        s->column[0] = i ? predicted : o->gold_column ? o->gold_column : e->n_sides == 1 ? -2 : -1;
        s->column[1] = predicted;
        ISG_TRY(isg_columns_open(&s->reader, s->path,
            (struct isg_columns){
                .tag = s->column[s->n_tags - 1], .any_tag = true, .separator = o->delimiter == ' ' ? 0 : o->delimiter},
            err));
        if (strcmp(s->path, "-") == 0)
            s->path = "<standard input>";
    }
    return ISG_OK;
}

enum isg_status isg_ner_eval_files(struct isg_ner_score *out, struct isg_ner_detail *detail,
    const struct isg_ner_eval_opts *opts, struct isg_error *err)
{
    struct eval e = {.opts = opts, .n_scores = opts->n_predicted ? opts->n_predicted : 1};
    enum isg_status status = ISG_OK;
    memset(out, 0, e.n_scores * sizeof *out);
    if (detail)
        memset(detail, 0, sizeof *detail);
    for (size_t k = 0; k < e.n_scores; k++)
        if (!(e.scorer[k] = isg_ner_scorer_new()) || (opts->schemes && !(e.schemer[k] = isg_ner_schemer_new()))) {
            status = isg_error_nomem(err, "the scorer");
            goto out;
        }
    ISG_GOTO(open_sides(&e, err));
    if (detail)
        ISG_GOTO(isg_ner_detailer_new(&e.detailer, opts->train, err));
    ISG_GOTO(run(&e, err));
    for (size_t k = 0; k < e.n_scores; k++)
        ISG_GOTO(isg_ner_scorer_finish(e.scorer[k], &out[k], err));
    for (size_t k = 0; k < e.n_scores && opts->schemes; k++)
        ISG_GOTO(isg_ner_schemer_finish(e.schemer[k], &opts->schemes[k], err));
    if (detail)
        ISG_GOTO(isg_ner_detailer_finish(e.detailer, detail, err));
out:
    for (size_t k = 0; k < e.n_scores; k++) {
        isg_ner_scorer_free(e.scorer[k]);
        isg_ner_schemer_free(e.schemer[k]);
        if (status != ISG_OK)
            isg_ner_score_fini(&out[k]);
    }
    isg_ner_detailer_free(e.detailer);
    for (size_t i = 0; i < e.n_sides; i++)
        isg_columns_close(e.sides[i].reader);
    isg_free(e.raw[0].v);
    isg_free(e.raw[1].v);
    return status;
}
