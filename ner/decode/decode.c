/* Decoding in chunks of sentences of like length: a chunk is one forward pass, and chunks are shared out over
 * the pool. */
#include "ner/decode/decode.h"
#include "ner/data/labels.h"
#include "ner/engine/crf_decode.h"
#include "ner/engine/lookup.h"
#include "ner/engine/pack.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_SENTENCES 32
#define CHUNK_TOKENS 2048

struct worker {
    struct isg_tape *tape;
    struct isg_ner_batch batch;
    const uint32_t *tokens[CHUNK_SENTENCES];
    uint32_t n_tokens[CHUNK_SENTENCES];
    const uint32_t *features[CHUNK_SENTENCES];
    ISG_ARRAY(uint32_t) nbest;
    ISG_ARRAY(double) scores;
    ISG_ARRAY(isg_real) marginals;
    struct isg_spans spans;
    ISG_ARRAY(uint8_t) neighbours;
};
struct isg_ner_decoder {
    const struct isg_ner_network *net;
    const struct isg_ner_config *config;
    struct isg_pool *pool;
    unsigned n_workers;
    struct worker *workers;
    ISG_ARRAY(uint32_t) order; /* sentences by length */
    ISG_ARRAY(uint32_t) chunk; /* first of each chunk in order */
    uint32_t n_chunks;
    /* spellings of the forms: character encoders run once a form, not once a sentence */
    ISG_ARRAY(float) spelling; /* n_spelt x spelling_dim */
    uint32_t n_spelt, spelling_dim;
    uint64_t spelling_version;
};

enum isg_status isg_ner_decoder_new(struct isg_ner_decoder **out, const struct isg_ner_network *net,
    const struct isg_ner_config *config, struct isg_pool *pool, struct isg_error *err)
{
    *out = NULL;
    struct isg_ner_decoder *d = isg_calloc(1, sizeof *d);
    if (!d)
        return isg_error_nomem(err, "a decoder");
    d->net = net;
    d->config = config;
    d->pool = pool;
    d->n_workers = isg_pool_threads(pool);
    d->workers = isg_calloc(d->n_workers, sizeof *d->workers);
    enum isg_status status = d->workers ? ISG_OK : isg_error_nomem(err, "a decoder");
    for (unsigned i = 0; i < d->n_workers && status == ISG_OK; i++)
        status = isg_tape_new(&d->workers[i].tape, net->params, ISG_ISA_AUTO, err);
    if (status != ISG_OK) {
        isg_ner_decoder_free(d);
        return status;
    }
    *out = d;
    return ISG_OK;
}

void isg_ner_decoder_free(struct isg_ner_decoder *d)
{
    if (!d)
        return;
    for (unsigned i = 0; d->workers && i < d->n_workers; i++) {
        struct worker *w = &d->workers[i];
        isg_tape_free(w->tape);
        isg_ner_batch_fini(&w->batch);
        isg_free(w->nbest.v);
        isg_free(w->scores.v);
        isg_free(w->marginals.v);
        isg_free(w->spans.v);
        isg_free(w->neighbours.v);
    }
    isg_free(d->workers);
    isg_free(d->spelling.v);
    isg_free(d->order.v);
    isg_free(d->chunk.v);
    isg_free(d);
}

/* One run of chunks; each chunk leaves its own status, and the first in order is reported: no race, no order
 * of threads. */
struct run {
    struct isg_ner_decoder *d;
    const struct isg_ner_forms *forms;
    const struct isg_ner_vocab *vocab;
    const struct isg_ner_decode *job;
    enum isg_status *status;
    struct isg_error *err;
};

/* The labels that would move the end of an entity if they came next to it: continuations of its type. */
static void neighbours_of(const struct isg_ner_vocab *v, const struct isg_ner_head *head, uint32_t type, uint8_t *after)
{
    const uint32_t per_type = (head->n_labels - 1) / v->n_types;
    memset(after, 1, head->n_labels);
    after[1 + type * per_type + 1] = 0; /* I */
    if (per_type == 4)
        after[1 + type * per_type + 2] = 0; /* E */
}

/* Score of a path as crf.h has it, not divided by the temperature. */
static double path_score(const struct isg_crf_input *in, const uint32_t *labels)
{
    const size_t L = in->crf->n_tags;
    double sum = in->crf->start ? (double)in->crf->start->value[labels[0]] : 0;
    for (uint32_t t = 0; t < in->n; t++) {
        sum += (double)in->emit[t * L + labels[t]];
        if (!t)
            continue;
        const size_t pair = labels[t - 1] * L + labels[t];
        sum += (double)in->crf->trans->value[pair] + (in->pair ? (double)in->pair[t * L * L + pair] : 0);
    }
    return sum + (in->crf->end ? (double)in->crf->end->value[labels[in->n - 1]] : 0);
}

/* Sums of float exponentials come out a little above 1. */
static float probability(double p)
{
    return p < 1 ? (float)p : 1;
}

static enum isg_status probabilities(const struct run *r, struct worker *w, const struct isg_crf_input *in, size_t at,
    uint32_t sentence, struct isg_error *err)
{
    const struct isg_ner_decode *job = r->job;
    const uint32_t L = in->crf->n_tags;
    struct isg_crf_lattice *lattice = NULL;
    enum isg_status status = ISG_OK;
    ISG_GOTO(isg_crf_lattice_new(&lattice, in, err));
    if (job->confidence || job->label_marginals) {
        if (!ISG_RESERVE(w->marginals, (size_t)in->n * L)) {
            status = isg_error_nomem(err, "marginals");
            goto out;
        }
        isg_crf_marginals(lattice, w->marginals.v);
        for (uint32_t t = 0; job->confidence && t < in->n; t++)
            job->confidence[at + t] = probability((double)w->marginals.v[(size_t)t * L + job->labels[at + t]]);
        for (size_t i = 0; job->label_marginals && i < (size_t)in->n * L; i++)
            job->label_marginals[at * L + i] = (float)w->marginals.v[i];
    }
    if (job->span_probability) {
        if (!ISG_RESERVE(w->spans, in->n) || !ISG_RESERVE(w->neighbours, L)) {
            status = isg_error_nomem(err, "spans");
            goto out;
        }
        const size_t n = isg_ner_spans_from_labels(r->vocab, job->labels + at, in->n, w->spans.v);
        for (size_t i = 0; i < n; i++) {
            const struct isg_span s = w->spans.v[i];
            neighbours_of(r->vocab, &r->d->net->head, s.type, w->neighbours.v);
            job->span_probability[at + s.first] = probability(
                isg_crf_span_probability(lattice, s.first, s.n, job->labels + at + s.first, NULL, w->neighbours.v));
        }
    }
    if (job->nll)
        job->nll[sentence] = isg_crf_log_z(lattice) -
                             path_score(in, job->gold + at) / (job->temperature > 0 ? job->temperature : 1);
    if (job->nbest && job->probability_n) {
        const double log_z = isg_crf_log_z(lattice);
        for (uint32_t k = 0; k < job->nbest; k++) {
            float *p = &job->probability_n[(size_t)sentence * job->nbest + k];
            *p = w->scores.v[k] == -(double)INFINITY ? 0 : probability(exp(w->scores.v[k] - log_z));
        }
    }
out:
    isg_crf_lattice_free(lattice);
    return status;
}

static enum isg_status decode_sentence(
    const struct run *r, struct worker *w, const struct isg_crf_input *in, uint32_t sentence, struct isg_error *err)
{
    const struct isg_ner_decode *job = r->job;
    const size_t at = job->offset[sentence];
    ISG_TRY(isg_crf_viterbi(in, job->labels + at, NULL, err));
    if (job->nbest) {
        const uint32_t k = job->nbest;
        uint32_t found = 0;
        if (!ISG_RESERVE(w->nbest, (size_t)k * in->n) || !ISG_RESERVE(w->scores, k))
            return isg_error_nomem(err, "n-best paths");
        ISG_TRY(isg_crf_nbest(in, k, w->nbest.v, w->scores.v, &found, err));
        for (uint32_t i = 0; i < k; i++) {
            if (i >= found)
                w->scores.v[i] = -(double)INFINITY;
            for (uint32_t t = 0; t < in->n; t++)
                job->labels_n[(at + t) * k + i] = i < found ? w->nbest.v[(size_t)i * in->n + t] : 0;
        }
    }
    if (job->confidence || job->label_marginals || job->span_probability || job->nll ||
        (job->nbest && job->probability_n))
        return probabilities(r, w, in, at, sentence, err);
    return ISG_OK;
}

/* Sentences whose scores are given. */
static enum isg_status decode_scores(
    const struct run *r, struct worker *w, const uint32_t *sentences, uint32_t n, struct isg_error *err)
{
    const struct isg_ner_decode *job = r->job;
    const struct isg_ner_scores *given = job->scores;
    const size_t L = given->crf.n_tags;
    for (uint32_t i = 0; i < n; i++) {
        const size_t at = job->offset[sentences[i]];
        const struct isg_crf_input in = {.crf = &given->crf,
            .n = job->n_tokens[sentences[i]],
            .emit = given->emit + at * L,
            .pair = given->pair ? given->pair + at * L * L : NULL,
            .allowed = job->allowed ? job->allowed[sentences[i]] : NULL,
            .temperature = (isg_real)job->temperature};
        if (in.n)
            ISG_TRY(decode_sentence(r, w, &in, sentences[i], err));
    }
    return ISG_OK;
}

static enum isg_status decode_chunk(
    const struct run *r, struct worker *w, uint32_t first, uint32_t n, struct isg_error *err)
{
    const struct isg_ner_decode *job = r->job;
    const uint32_t *order = r->d->order.v + first;
    if (job->scores)
        return decode_scores(r, w, order, n, err);
    for (uint32_t i = 0; i < n; i++) {
        w->tokens[i] = job->tokens[order[i]];
        w->n_tokens[i] = job->n_tokens[order[i]];
        w->features[i] = job->features ? job->features[order[i]] : NULL;
    }
    ISG_TRY(
        isg_ner_batch_build(&w->batch, r->forms, w->tokens, w->n_tokens, job->features ? w->features : NULL, n, err));
    isg_tape_reset(w->tape, &(struct isg_run){.training = false});
    struct isg_node *pair, *spelling = NULL;
    if (r->d->spelling_dim)
        spelling = isg_lookup_const(
            w->tape, r->d->spelling.v, r->d->n_spelt, r->d->spelling_dim, w->batch.kind_form.v, w->batch.n_kinds);
    const struct isg_node *emit = isg_ner_network_run_from(
        r->d->net, w->tape, r->d->config, &w->batch, spelling, &pair);
    ISG_TRY(isg_tape_status(w->tape, err));
    const struct isg_crf *crf = &r->d->net->head.crf;
    const uint32_t L = crf->n_tags;
    for (uint32_t i = 0; i < n && job->add_to; i++) {
        const size_t row = w->batch.offset.v[i], at = job->offset[order[i]], cells = (size_t)w->n_tokens[i] * L;
        for (size_t k = 0; k < cells; k++)
            job->add_to->emit[at * L + k] += emit->x[row * L + k];
        for (size_t k = 0; pair && k < cells * L; k++)
            job->add_to->pair[at * L * L + k] += pair->x[row * L * L + k];
    }
    for (uint32_t i = 0; i < n && !job->add_to; i++) {
        const size_t row = w->batch.offset.v[i];
        const struct isg_crf_input in = {.crf = crf,
            .n = w->n_tokens[i],
            .emit = emit->x + row * L,
            .pair = pair ? pair->x + row * L * L : NULL,
            .allowed = job->allowed ? job->allowed[order[i]] : NULL,
            .temperature = (isg_real)job->temperature};
        if (in.n)
            ISG_TRY(decode_sentence(r, w, &in, order[i], err));
    }
    return ISG_OK;
}

static void run_chunk(void *cookie, size_t i, unsigned worker)
{
    const struct run *r = cookie;
    const uint32_t first = r->d->chunk.v[i], n = r->d->chunk.v[i + 1] - first;
    r->status[i] = decode_chunk(r, &r->d->workers[worker], first, n, &r->err[i]);
}

struct by_length {
    uint32_t n, index;
};
static int longest_first(const void *a, const void *b)
{
    const struct by_length *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static enum isg_status make_chunks(struct isg_ner_decoder *d, const struct isg_ner_decode *job, struct isg_error *err)
{
    struct by_length *sorted = isg_malloc((size_t)job->n + 1, sizeof *sorted);
    if (!sorted || !ISG_RESERVE(d->order, (size_t)job->n + 1) || !ISG_RESERVE(d->chunk, (size_t)job->n + 1)) {
        isg_free(sorted);
        return isg_error_nomem(err, "the order of sentences");
    }
    for (uint32_t i = 0; i < job->n; i++)
        sorted[i] = (struct by_length){job->n_tokens[i], i};
    qsort(sorted, job->n, sizeof *sorted, longest_first);
    d->n_chunks = 0;
    uint32_t in_chunk = 0;
    size_t tokens = 0;
    d->chunk.v[0] = 0;
    for (uint32_t i = 0; i < job->n; i++) {
        if (in_chunk && (in_chunk == CHUNK_SENTENCES || tokens + sorted[i].n > CHUNK_TOKENS)) {
            d->chunk.v[++d->n_chunks] = i;
            in_chunk = 0;
            tokens = 0;
        }
        d->order.v[i] = sorted[i].index;
        tokens += sorted[i].n;
        in_chunk++;
    }
    if (in_chunk)
        d->chunk.v[++d->n_chunks] = job->n;
    isg_free(sorted);
    return ISG_OK;
}

/* ---- spellings ---- */

#define SPELL_FORMS 256 /* forms a task */

struct spell {
    struct isg_ner_decoder *d;
    const struct isg_ner_forms *forms;
    uint32_t first, n;
    enum isg_status *status;
    struct isg_error *err;
};

static enum isg_status spell_chunk(
    const struct spell *s, struct worker *w, uint32_t first, uint32_t n, struct isg_error *err)
{
    uint32_t ids[SPELL_FORMS];
    for (uint32_t i = 0; i < n; i++)
        ids[i] = first + i;
    ISG_TRY(isg_ner_batch_build(&w->batch, s->forms, (const uint32_t *const[]){ids}, &n, NULL, 1, err));
    isg_tape_reset(w->tape, &(struct isg_run){.training = false});
    const struct isg_ner_input *in = &s->d->net->input;
    const struct isg_node *x = isg_ner_input_spell(
        in, w->tape, s->d->config, &w->batch, isg_ner_input_chars(in, w->tape, &w->batch));
    ISG_TRY(isg_tape_status(w->tape, err));
    for (size_t i = 0; i < (size_t)n * x->cols; i++)
        s->d->spelling.v[(size_t)first * x->cols + i] = (float)x->x[i];
    return ISG_OK;
}

static void run_spell(void *cookie, size_t i, unsigned worker)
{
    const struct spell *s = cookie;
    const uint32_t first = s->first + (uint32_t)i * SPELL_FORMS, left = s->first + s->n - first;
    s->status[i] = spell_chunk(s, &s->d->workers[worker], first, left < SPELL_FORMS ? left : SPELL_FORMS, &s->err[i]);
}

static uint64_t version_of(const struct isg_ner_input *in)
{
    const struct isg_param *const all[] = {in->chars, in->conv_w, in->conv_b, in->char_lstm.fw.wx, in->char_lstm.fw.wh,
        in->char_lstm.fw.b, in->char_lstm.bw.wx, in->char_lstm.bw.wh, in->char_lstm.bw.b};
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        sum += all[i] ? all[i]->version : 0;
    return sum;
}

/* Spells the forms that are new since the last call: in tasks of a fixed number, whatever the threads. */
static enum isg_status spell_new(struct isg_ner_decoder *d, const struct isg_ner_forms *forms, struct isg_error *err)
{
    const struct isg_ner_input *in = &d->net->input;
    if (!in->chars)
        return ISG_OK;
    const uint32_t n = isg_strtab_size(forms->index);
    const uint64_t version = version_of(in);
    if (version != d->spelling_version)
        d->n_spelt = 0;
    d->spelling_version = version;
    d->spelling_dim = (in->conv_w ? in->conv_w->cols : 0) + (in->char_lstm.fw.wh ? 2 * in->char_lstm.fw.wh->rows : 0);
    if (n <= d->n_spelt)
        return ISG_OK;
    struct spell s = {d, forms, d->n_spelt, n - d->n_spelt, NULL, NULL};
    const size_t tasks = ((size_t)s.n + SPELL_FORMS - 1) / SPELL_FORMS;
    s.status = isg_calloc(tasks, sizeof *s.status);
    s.err = isg_calloc(tasks, sizeof *s.err);
    enum isg_status status = ISG_OK;
    if (!s.status || !s.err || !ISG_RESERVE(d->spelling, (size_t)n * d->spelling_dim)) {
        status = isg_error_nomem(err, "spellings");
        goto out;
    }
    isg_pool_run(d->pool, tasks, run_spell, &s);
    for (size_t i = 0; i < tasks && status == ISG_OK; i++)
        if (s.status[i] != ISG_OK) {
            *err = s.err[i];
            status = s.status[i];
        }
    if (status == ISG_OK)
        d->n_spelt = n;
out:
    isg_free(s.status);
    isg_free(s.err);
    return status;
}

void isg_ner_decoder_forget(struct isg_ner_decoder *d)
{
    d->n_spelt = 0;
}

enum isg_status isg_ner_decode_run(struct isg_ner_decoder *d, const struct isg_ner_forms *forms,
    const struct isg_ner_vocab *vocab, const struct isg_ner_decode *job, struct isg_error *err)
{
    if (!job->scores)
        ISG_TRY(spell_new(d, forms, err));
    ISG_TRY(make_chunks(d, job, err));
    enum isg_status status = ISG_OK;
    struct run r = {d, forms, vocab, job, isg_calloc((size_t)d->n_chunks + 1, sizeof *r.status),
        isg_calloc((size_t)d->n_chunks + 1, sizeof *r.err)};
    if (!r.status || !r.err) {
        status = isg_error_nomem(err, "decoding");
        goto out;
    }
    isg_pool_run(d->pool, d->n_chunks, run_chunk, &r);
    for (uint32_t i = 0; i < d->n_chunks && status == ISG_OK; i++)
        if (r.status[i] != ISG_OK) {
            *err = r.err[i];
            status = r.status[i];
        }
out:
    isg_free(r.status);
    isg_free(r.err);
    return status;
}
