/* Reads labelled files into numbers. */
#include "ner/data/corpus.h"

#include <math.h>
#include <string.h>

void isg_ner_corpus_fini(struct isg_ner_corpus *c)
{
    isg_strtab_free(c->forms);
    isg_strtab_free(c->types);
    isg_free(c->form.v);
    isg_free(c->offset.v);
    isg_free(c->spans.v);
    isg_free(c->span_offset.v);
    isg_free(c->line.v);
    isg_free(c->doubt.v);
    isg_free(c->weight.v);
    isg_free(c->feature.v);
    for (uint32_t k = 0; k < ISG_MAX_FEATURES; k++)
        isg_strtab_free(c->values[k]);
    memset(c, 0, sizeof *c);
}

/* Scratch of one sentence. */
struct scratch {
    bool untagged; /* tags of the file are ignored */
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) types;
    struct isg_spans spans;
    struct isg_scheme_vote vote;
};

static const char *skip_spaces(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

/* "# weight = 0.7": true and the number, NaN if it is malformed. Other comments: false. */
static bool weight_line(const struct isg_line *line, float *weight)
{
    static const char word[] = "weight";
    const char *const end = line->text + line->n, *p = skip_spaces(line->text + 1, end);
    const size_t n = sizeof word - 1;
    if ((size_t)(end - p) < n || memcmp(p, word, n) != 0)
        return false;
    p = skip_spaces(p + n, end);
    if (p == end || *p != '=')
        return false;
    p = skip_spaces(p + 1, end);
    const char *const after = isg_parse_float(p, end, weight);
    if (after == p || skip_spaces(after, end) != end || !isfinite(*weight) || *weight < 0)
        *weight = NAN;
    return true;
}

/* The weight that a block's comments give its sentence; default 1. */
static enum isg_status read_weight(
    struct isg_ner_corpus *c, const struct isg_block *b, const char *path, float *weight, struct isg_error *err)
{
    const size_t first = b->tokens.n ? b->tokens.v[0] : 0;
    bool seen = false;
    *weight = 1;
    for (size_t i = 0; i < b->lines.n; i++) {
        const struct isg_line *const line = &b->lines.v[i];
        if (line->kind != ISG_LINE_COMMENT || !weight_line(line, weight))
            continue;
        if (isnan(*weight)) {
            (void)isg_error_set(err, ISG_EDATA, path, line->number, "a malformed weight");
            return isg_error_expected(err, "a number from 0, as in # weight = 0.7");
        }
        if (seen || i >= first) {
            (void)isg_error_set(err, ISG_EDATA, path, line->number,
                seen ? "a second weight for a sentence" : "a weight without a sentence below it");
            return isg_error_expected(err, "one such line above the first token of a sentence");
        }
        seen = true;
    }
    c->n_weights += seen;
    return ISG_OK;
}

uint32_t isg_ner_doubts(const char *letters, size_t n, const struct isg_span *spans, size_t n_spans, uint8_t *doubt)
{
    uint32_t open = 0;
    for (size_t i = 0; i < n; i++) {
        doubt[i] = letters[i] ? 0 : ISG_DOUBT_TAG;
        open += doubt[i];
    }
    for (size_t k = 0; k < n_spans; k++) {
        const size_t first = spans[k].first, last = first + spans[k].n - 1;
        if (first > 0 && doubt[first - 1] == ISG_DOUBT_TAG && letters[first] == 'I')
            doubt[first] |= ISG_DOUBT_START;
        if (last + 1 < n && doubt[last + 1] == ISG_DOUBT_TAG && letters[last] != 'E' && letters[last] != 'S')
            doubt[last] |= ISG_DOUBT_END;
    }
    return open;
}

/* Room for a sentence of n tokens. */
static enum isg_status make_room(
    struct isg_ner_corpus *c, struct scratch *s, size_t n, const char *path, uint64_t line, struct isg_error *err)
{
    if (n > UINT32_MAX - 1 - c->n_tokens)
        return isg_error_set(err, ISG_EDATA, path, line, "more than 4,294,967,294 tokens in a corpus");
    if (!ISG_RESERVE(c->form, (size_t)c->n_tokens + n) || !ISG_RESERVE(c->offset, (size_t)c->n_sentences + 2) ||
        !ISG_RESERVE(c->span_offset, (size_t)c->n_sentences + 2) || !ISG_RESERVE(c->line, (size_t)c->n_sentences + 1) ||
        !ISG_RESERVE(c->doubt, (size_t)c->n_tokens + n) ||
        !ISG_RESERVE(c->feature, ((size_t)c->n_tokens + n) * c->n_features) ||
        !ISG_RESERVE(c->weight, (size_t)c->n_sentences + 1) || !ISG_RESERVE(s->letters, n) || !ISG_RESERVE(s->types, n))
        return isg_error_nomem(err, "a corpus");
    return ISG_OK;
}

static enum isg_status add_sentence(struct isg_ner_corpus *c, struct scratch *s, const struct isg_columns_reader *r,
    const struct isg_block *b, const char *path, struct isg_error *err)
{
    const size_t n = b->tokens.n;
    const uint64_t line = b->lines.v[b->tokens.v[0]].number;
    if (n > ISG_NER_MAX_SENTENCE) {
        (void)isg_error_set(err, ISG_EDATA, path, line, "a sentence of %zu tokens", n);
        (void)isg_error_expected(err, "at most %d", ISG_NER_MAX_SENTENCE);
        return isg_error_advice(err, "separate sentences by empty lines");
    }
    ISG_TRY(make_room(c, s, n, path, line, err));
    ISG_TRY(read_weight(c, b, path, &c->weight.v[c->n_sentences], err));
    const char *before = NULL;
    size_t before_n = 0;
    for (size_t i = 0; i < n; i++) {
        size_t len, type_n;
        const char *word = isg_block_word(r, b, i, &len), *type;
        ISG_TRY(isg_strtab_add(c->forms, word, len, &c->form.v[c->n_tokens + i], NULL, err));
        for (uint32_t k = 0; k < c->n_features; k++) {
            const char *const value = isg_line_field(
                &b->lines.v[b->tokens.v[i]], isg_columns_effective(r).features[k], &len);
            ISG_TRY(isg_strtab_add(
                c->values[k], value, len, &c->feature.v[(c->n_tokens + i) * c->n_features + k], NULL, err));
        }
        const char *tag = isg_block_tag(r, b, i, &len);
        if (s->untagged) {
            tag = "?";
            len = 1;
        }
        if (!tag)
            return isg_error_set(err, ISG_EDATA, path, b->lines.v[b->tokens.v[i]].number, "a token without a tag");
        /* 0 is "?": the reader lets nothing else pass */
        s->letters.v[i] = isg_tag_split(tag, len, &type, &type_n);
        isg_scheme_see(&s->vote, tag, len, before, before_n);
        before = tag;
        before_n = len;
        s->types.v[i] = ISG_NO_ID;
        if (s->letters.v[i] && s->letters.v[i] != 'O')
            ISG_TRY(isg_strtab_add(c->types, type, type_n, &s->types.v[i], NULL, err));
    }
    ISG_TRY(isg_spans_from_tags(s->letters.v, s->types.v, n, &s->spans, err));
    c->n_doubts += isg_ner_doubts(s->letters.v, n, s->spans.v, s->spans.n, c->doubt.v + c->n_tokens);
    if (!ISG_APPEND(c->spans, s->spans.v, s->spans.n))
        return isg_error_nomem(err, "a corpus");
    c->line.v[c->n_sentences] = line;
    c->n_tokens += (uint32_t)n;
    c->n_sentences++;
    c->offset.v[c->n_sentences] = c->n_tokens;
    c->span_offset.v[c->n_sentences] = (uint32_t)c->spans.n;
    return ISG_OK;
}

/* Makes an empty corpus of a zeroed struct. */
static bool begin(struct isg_ner_corpus *c, uint32_t n_features)
{
    c->forms = isg_strtab_new();
    c->types = isg_strtab_new();
    c->n_features = n_features;
    for (uint32_t k = 0; k < n_features; k++)
        if (!(c->values[k] = isg_strtab_new()))
            return false;
    if (!c->forms || !c->types || !ISG_RESERVE(c->offset, 2) || !ISG_RESERVE(c->span_offset, 2) ||
        !ISG_RESERVE(c->spans, 1))
        return false;
    c->offset.v[0] = c->span_offset.v[0] = 0;
    return true;
}

enum isg_status isg_ner_corpus_add(struct isg_ner_corpus *c, const char *path, struct isg_columns columns,
    const struct isg_env *env, struct isg_error *err)
{
    struct isg_columns_reader *r = NULL;
    struct scratch s = {.untagged = columns.tag == ISG_NO_COLUMN};
    const bool first = !c->forms;
    if (first && !begin(c, columns.n_features))
        return isg_error_nomem(err, "a corpus");
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_columns_open(&r, path, columns, err));
    isg_columns_watch(r, env, "reading labelled text");
    for (;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(r, &b, err));
        if (!b)
            break;
        if (b->tokens.n)
            ISG_GOTO(add_sentence(c, &s, r, b, path, err));
        else
            ISG_GOTO(read_weight(c, b, path, &(float){0}, err)); /* refuses a weight without a sentence */
    }
    if (first)
        c->scheme = isg_scheme_verdict(&s.vote);
out:
    isg_columns_close(r);
    isg_free(s.letters.v);
    isg_free(s.types.v);
    isg_free(s.spans.v);
    return status;
}

enum isg_status isg_ner_corpus_load(struct isg_ner_corpus *out, const char *path, struct isg_columns columns,
    const struct isg_env *env, struct isg_error *err)
{
    memset(out, 0, sizeof *out);
    const enum isg_status status = isg_ner_corpus_add(out, path, columns, env, err);
    if (status != ISG_OK)
        isg_ner_corpus_fini(out);
    return status;
}

void isg_ner_corpus_keep(struct isg_ner_corpus *c, const bool *keep)
{
    uint32_t sentences = 0, tokens = 0, spans = 0;
    for (uint32_t s = 0; s < c->n_sentences; s++) {
        const uint32_t first = c->offset.v[s], end = c->offset.v[s + 1], first_span = c->span_offset.v[s],
                       end_span = c->span_offset.v[s + 1];
        if (!keep[s])
            continue;
        memmove(c->form.v + tokens, c->form.v + first, (end - first) * sizeof *c->form.v);
        memmove(c->doubt.v + tokens, c->doubt.v + first, end - first);
        if (c->n_features)
            memmove(c->feature.v + (size_t)tokens * c->n_features, c->feature.v + (size_t)first * c->n_features,
                (size_t)(end - first) * c->n_features * sizeof *c->feature.v);
        memmove(c->spans.v + spans, c->spans.v + first_span, (end_span - first_span) * sizeof *c->spans.v);
        tokens += end - first;
        spans += end_span - first_span;
        c->weight.v[sentences] = c->weight.v[s];
        c->line.v[sentences++] = c->line.v[s];
        c->offset.v[sentences] = tokens; /* never past s: entries still to be read stay */
        c->span_offset.v[sentences] = spans;
    }
    c->n_sentences = sentences;
    c->spans.n = spans;
    c->n_tokens = tokens;
}
