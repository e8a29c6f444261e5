/* The pass over a corpus: sentences in, target words and the labels they carry out. */
#include "translate/translator.h"
#include <stdlib.h>
#include <string.h>

struct text {
    const char *s; /* or NULL */
    size_t n;
};
struct pass {
    struct isg_translator *t;
    struct isg_columns_reader *in;
    struct isg_columns columns;
    struct isg_writer *out, *trace;
    struct isg_translate_report *report;
    struct isg_scheme_vote vote;
    bool saw_m, saw_l; /* letters that say which of the end-marking schemes it is */
    struct isg_tr_sentence s;
    ISG_ARRAY(struct isg_tr_word) words;
    struct isg_spans spans;
    ISG_ARRAY(char) letters;
    ISG_ARRAY(uint32_t) types;
    ISG_ARRAY(bool) unlabelled;   /* by entity: drop_lower took its label */
    ISG_ARRAY(struct text) given; /* tags of the source words */
    ISG_ARRAY(struct text) tags;  /* of the target words */
};

static void pass_fini(struct pass *p)
{
    isg_columns_close(p->in);
    isg_free(p->s.units.v);
    isg_free(p->s.out.v);
    isg_free(p->words.v);
    isg_free(p->spans.v);
    isg_free(p->letters.v);
    isg_free(p->types.v);
    isg_free(p->unlabelled.v);
    isg_free(p->given.v);
    isg_free(p->tags.v);
}

/** Room for the words of a sentence. */
static enum isg_status grow_sentence(struct pass *p, size_t n, struct isg_error *err)
{
    const bool good = ISG_RESERVE(p->words, n) && ISG_RESERVE(p->letters, n) && ISG_RESERVE(p->types, n) &&
                      ISG_RESERVE(p->given, n);
    return good ? ISG_OK : isg_error_nomem(err, "a sentence");
}

/** Entities and shapes of n words, whose text and given tags are set. */
static enum isg_status look_at_sentence(struct pass *p, size_t n_words, struct isg_error *err)
{
    const char *previous = NULL;
    size_t previous_n = 0;
    for (size_t i = 0; i < n_words; i++) {
        size_t tag_n = p->given.v[i].n, type_n;
        const char *type, *tag = p->given.v[i].s;
        ISG_TRY(isg_tr_look(p->t, &p->words.v[i], err));
        p->letters.v[i] = 'O';
        p->types.v[i] = 0;
        if (!tag)
            continue;
        p->letters.v[i] = isg_tag_split(tag, tag_n, &type, &type_n);
        if (type_n > 0)
            ISG_TRY(isg_tr_type(p->t, type, type_n, &p->types.v[i], err));
        isg_scheme_see(&p->vote, tag, tag_n, previous, previous_n);
        p->saw_m |= tag[0] == 'M' && type_n > 0;
        p->saw_l |= (tag[0] == 'L' || tag[0] == 'U') && type_n > 0;
        previous = tag;
        previous_n = tag_n;
    }
    ISG_TRY(isg_spans_from_tags(p->letters.v, p->types.v, n_words, &p->spans, err));
    for (size_t e = 0; e < p->spans.n; e++)
        for (uint32_t k = 0; k < p->spans.v[e].n; k++) {
            p->words.v[p->spans.v[e].first + k].entity = (uint32_t)e;
            p->words.v[p->spans.v[e].first + k].type = p->spans.v[e].type;
        }
    p->s.words = p->words.v;
    p->s.n = n_words;
    return ISG_OK;
}

/** Words, tags, entities and shapes of a block. */
static enum isg_status read_sentence(struct pass *p, const struct isg_block *b, struct isg_error *err)
{
    ISG_TRY(grow_sentence(p, b->tokens.n, err));
    for (size_t i = 0; i < b->tokens.n; i++) {
        size_t n;
        const char *const s = isg_block_word(p->in, b, i, &n);
        p->words.v[i] = (struct isg_tr_word){.s = s, .n = (uint32_t)n, .entity = ISG_NO_ID};
        p->given.v[i].s = isg_block_tag(p->in, b, i, &p->given.v[i].n);
    }
    return look_at_sentence(p, b->tokens.n, err);
}

/** Tag of the k-th of m target words of an entity whose number of words changes, in the arena. */
static enum isg_status spread_tag(
    const struct pass *p, const struct isg_span *e, size_t k, size_t m, struct text *tag, struct isg_error *err)
{
    const size_t n = p->given.v[e->first].n;
    const char *const first = p->given.v[e->first].s, *const last = p->given.v[e->first + e->n - 1].s;
    const char single = p->saw_l ? 'U' : 'S', end = p->saw_l ? 'L' : 'E', inside = p->saw_m ? 'M' : 'I';
    const bool ends = strchr("ELSUW", last[0]) != NULL; /* the scheme marks the last word of an entity */
    char *s = isg_arena_alloc(&p->t->arena, n, 1);
    if (!s)
        return isg_error_nomem(err, "a tag");
    memcpy(s, first, n);
    if (ends)
        s[0] = m == 1 ? single : k == 0 ? 'B' : k + 1 == m ? end : inside;
    else
        s[0] = k == 0 ? first[0] : 'I';
    *tag = (struct text){s, n};
    return ISG_OK;
}

/** Sets p->tags: those of the target words, NULL where the corpus has none. */
static enum isg_status find_tags(struct pass *p, struct isg_error *err)
{
    if (!ISG_RESERVE(p->tags, p->s.out.n))
        return isg_error_nomem(err, "a sentence");
    for (size_t o = 0; o < p->s.out.n;) {
        const uint32_t source = p->s.out.v[o].source, entity = p->words.v[source].entity;
        if (entity == ISG_NO_ID) {
            p->tags.v[o] = p->given.v[source];
            o++;
            continue;
        }
        const struct isg_span *e = &p->spans.v[entity];
        size_t m = 1;
        while (o + m < p->s.out.n && p->words.v[p->s.out.v[o + m].source].entity == entity)
            m++;
        for (size_t k = 0; k < m; k++)
            if (p->unlabelled.v[entity])
                p->tags.v[o + k] = (struct text){"O", 1};
            else if (m == e->n)
                p->tags.v[o + k] = p->given.v[e->first + k];
            else
                ISG_TRY(spread_tag(p, e, k, m, &p->tags.v[o + k], err));
        o += m;
    }
    return ISG_OK;
}

/** The token line with its word and tag replaced, and columns of provenance before the tag. */
static void write_token(const struct pass *p, const struct isg_line *line, bool new_end, const char *word,
    size_t word_n, struct text tag, const struct isg_tr_unit *u)
{
    const char separator = p->columns.separator == '\t' ? '\t' : ' ';
    const int64_t w = p->columns.word < 0 ? (int64_t)line->n_fields + p->columns.word : p->columns.word;
    const int64_t g = p->columns.tag == ISG_NO_COLUMN ? -1
                      : p->columns.tag < 0            ? (int64_t)line->n_fields + p->columns.tag
                                                      : p->columns.tag;
    uint32_t at = 0;
    if (line->bom && !new_end)
        isg_writer_write(p->out, "\xef\xbb\xbf", 3);
    for (uint32_t f = 0; f < line->n_fields; f++) {
        if (f != w && f != g)
            continue;
        isg_writer_write(p->out, line->text + at, line->fields[f].start - at);
        if (f == w) {
            isg_writer_write(p->out, word, word_n);
        } else {
            if (p->t->opts.provenance) {
                for (uint32_t k = 0; k < u->n; k++) {
                    const struct isg_tr_word *x = &p->words.v[u->first + k];
                    isg_writer_write(p->out, k ? "_" : "", k ? 1 : 0);
                    isg_writer_write(p->out, x->s, x->n);
                }
                isg_writer_printf(p->out, "%c%s%c%u%c%.4f%c", separator, isg_method_name(u->option.method), separator,
                    u->option.rank, separator, (double)u->option.score, separator);
            }
            isg_writer_write(p->out, tag.s, tag.n);
        }
        at = line->fields[f].start + line->fields[f].n;
    }
    isg_writer_write(p->out, line->text + at, line->n - at);
    if (new_end)
        isg_writer_text(p->out, line->crlf ? "\r\n" : "\n");
    else
        isg_line_write_end(line, p->out);
}

/** Writes the block: other lines where they were, each target word with the columns of its source word. */
static void write_block(struct pass *p, const struct isg_block *b)
{
    size_t line = 0, o = 0;
    for (size_t i = 0; i < b->tokens.n; i++) {
        for (; line < b->tokens.v[i]; line++)
            isg_line_write(&b->lines.v[line], p->out);
        line++;
        for (; o < p->s.out.n && p->s.out.v[o].source == i; o++) {
            const struct isg_tr_out *x = &p->s.out.v[o];
            const bool more = o + 1 < p->s.out.n && p->s.out.v[o + 1].source == i;
            write_token(p, &b->lines.v[b->tokens.v[i]], more, x->s, x->n, p->tags.v[o], &p->s.units.v[x->unit]);
        }
    }
    for (; line < b->lines.n; line++)
        isg_line_write(&b->lines.v[line], p->out);
}

/** Entities whose words the target language writes small lose their label, where that is asked for. */
static enum isg_status unlabel(struct pass *p, struct isg_error *err)
{
    if (!ISG_RESERVE(p->unlabelled, p->spans.n))
        return isg_error_nomem(err, "a sentence");
    for (size_t e = 0; e < p->spans.n; e++)
        p->unlabelled.v[e] = p->t->opts.drop_lower;
    for (size_t o = 0; p->t->opts.drop_lower && o < p->s.out.n; o++) {
        const uint32_t e = p->words.v[p->s.out.v[o].source].entity;
        if (e != ISG_NO_ID && isg_utf8_case(p->s.out.v[o].s, p->s.out.v[o].n) != ISG_CASE_LOWER)
            p->unlabelled.v[e] = false;
    }
    /* what the source wrote small itself is a name of that kind */
    for (size_t e = 0; p->t->opts.drop_lower && e < p->spans.n; e++) {
        bool capital = false;
        for (uint32_t k = 0; k < p->spans.v[e].n; k++)
            capital |= p->words.v[p->spans.v[e].first + k].upper_first;
        p->unlabelled.v[e] = p->unlabelled.v[e] && capital;
    }
    return ISG_OK;
}

/** Do the filters let the sentence pass? */
static bool passes(const struct pass *p)
{
    uint64_t wanted = 0, found = 0;
    double logp = 0.0;
    for (size_t u = 0; u < p->s.units.n; u++) {
        const struct isg_tr_option *o = &p->s.units.v[u].option;
        if (o->method == ISG_BY_CLASS || o->method == ISG_BY_POLICY)
            continue;
        wanted += p->s.units.v[u].n;
        found += o->method == ISG_BY_UNKNOWN ? 0 : p->s.units.v[u].n;
        logp += (double)o->logp;
    }
    return wanted == 0 ||
           ((double)found >= p->t->opts.min_coverage * (double)wanted && logp / (double)wanted >= p->t->opts.min_score);
}

static void count(struct pass *p)
{
    struct isg_translate_report *r = p->report;
    r->sentences_out++;
    r->tokens_out += p->s.out.n;
    uint32_t last = ISG_NO_ID;
    for (size_t o = 0; o < p->s.out.n; o++) {
        const uint32_t e = p->words.v[p->s.out.v[o].source].entity;
        if (e != ISG_NO_ID && e != last)
            *(p->unlabelled.v[e] ? &r->labels_dropped : &r->entities_out) += 1;
        last = e;
    }
    for (size_t u = 0; u < p->s.units.n; u++) {
        r->by_method[p->s.units.v[u].option.method] += p->s.units.v[u].n;
        r->phrases_changed += p->s.units.v[u].option.n_words != p->s.units.v[u].n;
    }
}

/** Other lines of a block alone, without its tokens and the blank lines after them. */
static void write_others(struct pass *p, const struct isg_block *b)
{
    for (size_t i = 0; i < b->lines.n && i < b->tokens.v[b->tokens.n - 1]; i++)
        if (b->lines.v[i].kind != ISG_LINE_TOKEN)
            isg_line_write(&b->lines.v[i], p->out);
}

/** Adds a string, or null for NULL; false = no memory. */
static bool add_text(json_t *array, const char *s, size_t n)
{
    return json_array_append_new(array, s ? json_stringn(s, n) : json_null()) == 0;
}

static bool trace_words(const struct pass *p, json_t *source, json_t *gold)
{
    for (size_t i = 0; i < p->s.n; i++)
        if (!add_text(source, p->words.v[i].s, p->words.v[i].n) || !add_text(gold, p->given.v[i].s, p->given.v[i].n))
            return false;
    return true;
}

static bool trace_out(const struct pass *p, json_t *target, json_t *tags)
{
    for (size_t o = 0; o < p->s.out.n; o++)
        if (!add_text(target, p->s.out.v[o].s, p->s.out.v[o].n) || !add_text(tags, p->tags.v[o].s, p->tags.v[o].n))
            return false;
    return true;
}

/** Target words come unit by unit. */
static bool trace_units(const struct pass *p, json_t *units)
{
    size_t first = 0, last;
    for (size_t u = 0; u < p->s.units.n; u++, first = last) {
        const struct isg_tr_unit *x = &p->s.units.v[u];
        for (last = first; last < p->s.out.n && p->s.out.v[last].unit == u;)
            last++;
        if (json_array_append_new(
                units, json_pack("{s:[i,i],s:[i,i],s:s,s:i,s:f,s:f}", "source", (int)x->first, (int)(x->first + x->n),
                           "target", (int)first, (int)last, "method", isg_method_name(x->option.method), "rank",
                           (int)x->option.rank, "score", (double)x->option.score, "logp", (double)x->option.logp)) != 0)
            return false;
    }
    return true;
}

/** One JSON object: {"source": [...], "target": [...], "tags": [...], "gold": [...], "units": [{...}]}. */
static enum isg_status write_trace(struct pass *p, struct isg_error *err)
{
    enum { SOURCE, GOLD, TARGET, TAGS, UNITS, N_ARRAYS };
    json_t *a[N_ARRAYS], *all = NULL;
    char *text = NULL;
    bool made = true;
    for (int i = 0; i < N_ARRAYS; i++)
        made &= (a[i] = json_array()) != NULL;
    if (made && trace_words(p, a[SOURCE], a[GOLD]) && trace_out(p, a[TARGET], a[TAGS]) && trace_units(p, a[UNITS]))
        all = json_pack("{s:I,s:i,s:O,s:O,s:O,s:O,s:O}", "sentence", (json_int_t)p->s.index + 1, "sample",
            (int)p->s.sample, "source", a[SOURCE], "gold", a[GOLD], "target", a[TARGET], "tags", a[TAGS], "units",
            a[UNITS]);
    if (all)
        text = json_dumps(all, JSON_COMPACT | JSON_REAL_PRECISION(5));
    json_decref(all);
    for (int i = 0; i < N_ARRAYS; i++)
        json_decref(a[i]);
    if (!text)
        return isg_error_nomem(err, "the trace of a sentence");
    isg_writer_text(p->trace, text);
    isg_writer_text(p->trace, "\n");
    isg_reserve_free(text);
    return ISG_OK;
}

/** All samples of a block. */
static enum isg_status translate_block(struct pass *p, const struct isg_block *b, struct isg_error *err)
{
    ISG_TRY(read_sentence(p, b, err));
    p->report->sentences_in++;
    p->report->tokens_in += p->s.n;
    p->report->entities_in += p->spans.n;
    for (uint32_t k = 0; k < p->t->opts.samples; k++) {
        p->s.sample = k;
        ISG_TRY(isg_tr_translate(p->t, &p->s, err));
        ISG_TRY(unlabel(p, err));
        if (!passes(p)) {
            p->report->sentences_dropped++;
            if (k == 0)
                write_others(p, b);
            continue;
        }
        count(p);
        ISG_TRY(find_tags(p, err));
        write_block(p, b);
        if (p->trace)
            ISG_TRY(write_trace(p, err));
    }
    return ISG_OK;
}

enum isg_status isg_translate_corpus(struct isg_translator *t, const char *path, struct isg_columns columns,
    struct isg_writer *out, struct isg_writer *trace, struct isg_translate_report *report, const struct isg_env *env,
    struct isg_error *err)
{
    struct pass p = {.t = t, .out = out, .trace = trace, .report = report};
    ISG_TRY(isg_columns_open(&p.in, path, columns, err));
    enum isg_status status = ISG_OK;
    for (uint64_t index = 0;;) {
        struct isg_block *b;
        ISG_GOTO(isg_columns_next(p.in, &b, err));
        if (!b)
            break;
        p.columns = isg_columns_effective(p.in);
        if (b->tokens.n > 0) {
            p.s.index = index++;
            p.s.one_to_one = p.columns.word == 1 && p.columns.separator == '\t' && columns.word == 0;
            ISG_GOTO(translate_block(&p, b, err));
        } else {
            p.s.out.n = 0;
            write_block(&p, b);
        }
        if (isg_columns_waits(p.in))
            isg_writer_flush(out);
        if (index % 256 == 0) {
            uint64_t done, total;
            isg_columns_position(p.in, &done, &total);
            ISG_GOTO(isg_progress(env, "translating", done, total, err));
        }
    }
    report->scheme = isg_scheme_verdict(&p.vote);
out:
    pass_fini(&p);
    return status;
}

/* The target words of a sentence, copied into one block of memory with their array. */
static enum isg_status copy_targets(
    const struct pass *p, struct isg_translated **out, size_t *n_out, struct isg_error *err)
{
    const size_t n = p->s.out.n;
    size_t bytes = n * sizeof **out;
    for (size_t o = 0; o < n; o++)
        bytes += p->s.out.v[o].n + p->tags.v[o].n + 2;
    struct isg_translated *const all = isg_malloc(bytes + 1, 1);
    if (!all)
        return isg_error_nomem(err, "a translation");
    char *to = (char *)(all + n);
    for (size_t o = 0; o < n; o++) {
        const struct isg_tr_out *const x = &p->s.out.v[o];
        const struct isg_tr_option *const how = &p->s.units.v[x->unit].option;
        all[o] = (struct isg_translated){
            .word = to, .source = x->source, .method = how->method, .rank = how->rank, .score = how->score};
        memcpy(to, x->s, x->n);
        to[x->n] = 0;
        to += x->n + 1;
        if (!p->tags.v[o].s)
            continue;
        all[o].tag = to;
        memcpy(to, p->tags.v[o].s, p->tags.v[o].n);
        to[p->tags.v[o].n] = 0;
        to += p->tags.v[o].n + 1;
    }
    *out = all;
    *n_out = n;
    return ISG_OK;
}

enum isg_status isg_translate_sentence(struct isg_translator *t, const char *const *words, const char *const *tags,
    size_t n, struct isg_translated **out, size_t *n_out, struct isg_error *err)
{
    struct isg_translate_report report = {0};
    struct pass p = {.t = t, .report = &report};
    enum isg_status status = ISG_OK;
    *out = NULL;
    *n_out = 0;
    ISG_GOTO(grow_sentence(&p, n + 1, err));
    for (size_t i = 0; i < n; i++) {
        const char *type;
        size_t type_n;
        const size_t length = strlen(words[i]);
        if (length == 0 || isg_utf8_valid(words[i], length) != length) {
            status = isg_error_set(
                err, ISG_EDATA, NULL, 0, "word %zu is %s", i + 1, length ? "not valid UTF-8" : "empty");
            goto out;
        }
        if (tags && !isg_tag_split(tags[i], strlen(tags[i]), &type, &type_n)) {
            (void)isg_error_set(err, ISG_EDATA, NULL, 0, "tag \"%.80s\" of word %zu", tags[i], i + 1);
            status = isg_error_expected(err, "O, or a letter, a hyphen and a type, as in B-PER");
            goto out;
        }
        p.words.v[i] = (struct isg_tr_word){.s = words[i], .n = (uint32_t)length, .entity = ISG_NO_ID};
        p.given.v[i] = (struct text){tags ? tags[i] : NULL, tags ? strlen(tags[i]) : 0};
    }
    ISG_GOTO(look_at_sentence(&p, n, err));
    ISG_GOTO(isg_tr_translate(t, &p.s, err));
    ISG_GOTO(unlabel(&p, err));
    ISG_GOTO(find_tags(&p, err));
    status = copy_targets(&p, out, n_out, err);
out:
    pass_fini(&p);
    return status;
}

double isg_translate_coverage(const struct isg_translate_report *r)
{
    uint64_t all = 0;
    for (int m = 0; m < ISG_N_METHODS; m++)
        all += r->by_method[m];
    const uint64_t wanted = all - r->by_method[ISG_BY_CLASS] - r->by_method[ISG_BY_POLICY];
    return wanted ? (double)(wanted - r->by_method[ISG_BY_UNKNOWN]) / (double)wanted : 1.0;
}

json_t *isg_translate_report_json(const struct isg_translate_report *r)
{
    json_t *methods = json_object();
    for (int m = 0; methods && m < ISG_N_METHODS; m++)
        if (r->by_method[m] > 0 && json_object_set_new(methods, isg_method_name((enum isg_method)m),
                                       json_integer((json_int_t)r->by_method[m])) != 0) {
            json_decref(methods);
            methods = NULL;
        }
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:s,s:f,s:o}", "sentences_in", (json_int_t)r->sentences_in,
        "sentences_out", (json_int_t)r->sentences_out, "tokens_in", (json_int_t)r->tokens_in, "tokens_out",
        (json_int_t)r->tokens_out, "sentences_dropped", (json_int_t)r->sentences_dropped, "labels_dropped",
        (json_int_t)r->labels_dropped, "entities_in", (json_int_t)r->entities_in, "entities_out",
        (json_int_t)r->entities_out, "phrases_changed", (json_int_t)r->phrases_changed, "scheme",
        isg_scheme_name(r->scheme), "coverage", isg_translate_coverage(r), "methods", methods);
}
