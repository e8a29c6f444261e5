/* Speed of the engine on made-up text shaped like CoNLL-2003 English, for two models:
 *   ncrfpp  the reference model of NCRF++: character CNN of 50 filters of width 3 over 30-d characters, 100-d words,
 *           BiLSTM of 100 units a direction, CRF over 17 tags (BIOES)
 *   xie     Xie et al. 2018: character BiLSTM of 50 units a direction over 25-d characters, 100-d words, BiLSTM of 200,
 *           self-attention, input-dependent transitions, CRF over 9 tags (BIO)
 *
 *   bench_ner [--seconds N] [--isa base|avx2|avx512] [--threads N] [--batch N] [--what train|tag] [--model NAME]
 *
 * Counts the model's multiply-adds and measures sgemm's peak in the same process, so that the share of the peak means
 * the same on any machine. Training is a whole step: forward, backward, clipping, SGD with momentum, packing. */
#include "ner/engine/crf.h"
#include "ner/engine/attention.h"
#include "ner/engine/charcnn.h"
#include "ner/engine/crf_decode.h"
#include "ner/engine/dropout.h"
#include "ner/engine/elementwise.h"
#include "ner/engine/linear.h"
#include "ner/engine/lookup.h"
#include "ner/engine/lstm.h"
#include "ner/engine/optim.h"
#include "ner/engine/pack.h"
#include "ner/engine/pooling.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { VOCAB = 25000, LETTERS = 85, FILTERS = 50, WIDTH = 3, WORD_DIM = 100 };
static const struct sizes {
    const char *name;
    uint32_t char_dim, spelling, hidden, tags;
    bool xie;
} models[] = {{"ncrfpp", 30, FILTERS, 100, 17, false}, {"xie", 25, 100, 200, 9, true}};
enum { SENTENCES = 4000, MAX_SHARDS = 16 };

static void fail(const struct isg_error *err)
{
    char text[1024];
    isg_error_format(err, text, sizeof text);
    fprintf(stderr, "%s\n", text);
    exit(1);
}
#define CHECK(call)                                                                                                    \
    do {                                                                                                               \
        if ((call) != ISG_OK)                                                                                          \
            fail(&err);                                                                                                \
    } while (0)

/* ---- text ---- */
struct text {
    uint32_t word_at[VOCAB + 1], *letters; /* spelling of each word */
    uint32_t length[SENTENCES], offset[SENTENCES + 1], *word, *tag;
};

/* Sentence lengths: mean 14.5 and deviation 11.5 as in eng.train, many short, some of 50 and more. Words by
 * Zipf's law; their lengths grow with rank, mean 4.6 letters a token and 7.5 a type. */
static void text_make(struct text *x)
{
    struct isg_rng r = isg_rng_stream(1, "text", 0);
    x->letters = malloc(VOCAB * 24 * sizeof *x->letters);
    uint32_t at = 0;
    for (uint32_t w = 0; w < VOCAB; w++) {
        x->word_at[w] = at;
        const double mean = fmin(1 + 0.75 * log2(w + 2.0), 7.5);
        const uint32_t n = (uint32_t)fmin(fmax(mean + 2 * isg_rng_normal(&r), 1), 20);
        for (uint32_t i = 0; i < n; i++)
            x->letters[at++] = isg_rng_below(&r, LETTERS);
    }
    x->word_at[VOCAB] = at;
    uint32_t total = 0;
    for (uint32_t s = 0; s < SENTENCES; s++) {
        const double u = isg_rng_double(&r);
        const double n = u < 0.45 ? 2 + 8 * isg_rng_double(&r) : 9 + 13 * fabs(isg_rng_normal(&r)) * 0.9;
        x->length[s] = (uint32_t)fmin(fmax(n, 1), 90);
        x->offset[s] = total;
        total += x->length[s];
    }
    x->offset[SENTENCES] = total;
    x->word = malloc(total * sizeof *x->word);
    x->tag = malloc(total * sizeof *x->tag);
    for (uint32_t i = 0; i < total; i++) {
        const double u = isg_rng_double(&r);
        x->word[i] = (uint32_t)fmin(pow(VOCAB, u), VOCAB) - 1;
        x->tag[i] = isg_rng_below(&r, 6) ? 0 : isg_rng_below(&r, 9);
    }
}

/* ---- model ---- */
struct model {
    const struct sizes *sizes;
    struct isg_params *params;
    struct isg_param *word, *letter, *conv_w, *conv_b, *attend_w, *attend_b, *pair_w, *out_w, *out_b;
    struct isg_bilstm lstm, spelling;
    struct isg_crf crf;
};

static void add(struct model *m, struct isg_param **out, const char *name, uint32_t rows, uint32_t cols, bool sparse)
{
    struct isg_error err;
    CHECK(isg_params_add(m->params, out, name, rows, cols, sparse, &err));
}

static void model_make(struct model *m, const struct sizes *z)
{
    struct isg_error err;
    const uint32_t top = (z->xie ? 4 : 2) * z->hidden;
    *m = (struct model){.sizes = z};
    CHECK(isg_params_new(&m->params, &err));
    add(m, &m->word, "word.weight", VOCAB, WORD_DIM, true);
    add(m, &m->letter, "char.weight", LETTERS, z->char_dim, true);
    if (z->xie) {
        CHECK(isg_bilstm_add(m->params, &m->spelling, "char.lstm", z->char_dim, z->spelling / 2, &err));
        add(m, &m->attend_w, "attend.w", 2 * z->hidden, 2 * z->hidden, false);
        add(m, &m->attend_b, "attend.b", 1, 2 * z->hidden, false);
        add(m, &m->pair_w, "pair.w", top, z->tags * z->tags, false);
    } else {
        add(m, &m->conv_w, "char.conv.w", WIDTH * z->char_dim, FILTERS, false);
        add(m, &m->conv_b, "char.conv.b", 1, FILTERS, false);
    }
    CHECK(isg_bilstm_add(m->params, &m->lstm, "lstm", WORD_DIM + z->spelling, z->hidden, &err));
    add(m, &m->out_w, "out.w", top, z->tags, false);
    add(m, &m->out_b, "out.b", 1, z->tags, false);
    CHECK(isg_crf_add(m->params, &m->crf, "crf", z->tags, &err));
    CHECK(isg_params_seal(m->params, &err));
    for (uint32_t i = 0; i < isg_params_count(m->params); i++)
        isg_param_xavier(isg_params_at(m->params, i), 1);
    isg_bilstm_init(m->params, &m->lstm, 1, 1);
    if (z->xie)
        isg_bilstm_init(m->params, &m->spelling, 1, 1);
}

/* What a run has worked through: tokens, letters of distinct words, pairs of tokens of a sentence. */
struct amount {
    double tokens, letters, pairs;
};
/* Multiply-adds of the forward pass; the backward pass has twice as many. */
static double macs(const struct sizes *z, struct amount a)
{
    const double h = z->hidden, n = z->tags, top = (z->xie ? 4 : 2) * h;
    double token = 2 * (WORD_DIM + z->spelling + h) * 4 * h + top * n + n * n;
    if (!z->xie)
        return a.tokens * token + a.letters * WIDTH * z->char_dim * FILTERS;
    token += 2 * h * 2 * h + top * n * n;
    const double units = z->spelling / 2.0;
    return a.tokens * token + a.letters * 2 * (z->char_dim + units) * 4 * units + a.pairs * 2 * 2 * h;
}

/* ---- one shard ---- */
struct shard {
    struct isg_tape *tape;
    uint32_t n, n_tokens, n_types;
    uint32_t *sentence, *offset, *word, *type, *tags, *type_word, *type_at, *letters;
    uint32_t *seen; /* VOCAB: place among the shard's types + 1 */
};
struct job {
    const struct text *text;
    const struct model *model;
    struct shard shards[MAX_SHARDS];
    uint32_t n_shards, n_sentences;
    bool training;
    uint64_t step;
};

static void shard_fill(struct shard *s, const struct text *x)
{
    s->n_tokens = s->n_types = 0;
    s->offset[0] = s->type_at[0] = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        const uint32_t first = x->offset[s->sentence[i]], n = x->length[s->sentence[i]];
        for (uint32_t t = 0; t < n; t++) {
            const uint32_t w = x->word[first + t];
            if (s->seen[w] == 0) {
                const uint32_t len = x->word_at[w + 1] - x->word_at[w], at = s->type_at[s->n_types];
                memcpy(s->letters + at, x->letters + x->word_at[w], len * sizeof *s->letters);
                s->type_word[s->n_types++] = w;
                s->type_at[s->n_types] = at + len;
                s->seen[w] = s->n_types;
            }
            s->word[s->n_tokens] = w;
            s->type[s->n_tokens] = s->seen[w] - 1;
            s->tags[s->n_tokens++] = x->tag[first + t];
        }
        s->offset[i + 1] = s->n_tokens;
    }
    for (uint32_t i = 0; i < s->n_types; i++)
        s->seen[s->type_word[i]] = 0;
}

static void run_shard(void *cookie, size_t index, unsigned worker)
{
    (void)worker;
    struct job *const j = cookie;
    struct shard *const s = &j->shards[index];
    const struct model *const m = j->model;
    struct isg_error err;
    struct isg_tape *const t = s->tape;
    shard_fill(s, j->text);
    const struct isg_seqs sentences = {s->n, s->offset}, types = {s->n_types, s->type_at};
    isg_tape_reset(t, &(struct isg_run){.training = j->training, .seed = 1, .step = j->step, .shard = index});
    struct isg_node *letters = isg_dropout(t, isg_lookup(t, m->letter, s->letters, s->type_at[s->n_types]), 0.5f, "c");
    struct isg_node *spelling = m->conv_w ? isg_char_cnn(t, letters, &types, WIDTH, m->conv_w, m->conv_b)
                                          : isg_bilstm_ends(t, isg_bilstm(t, letters, &types, &m->spelling), &types);
    struct isg_node *words = isg_lookup(t, m->word, s->word, s->n_tokens);
    struct isg_node *x = isg_concat(t, (struct isg_node *[]){words, isg_rows(t, spelling, s->type, s->n_tokens)}, 2);
    struct isg_node *h = isg_bilstm(t, isg_dropout(t, x, 0.5f, "x"), &sentences, &m->lstm), *pair = NULL;
    h = isg_dropout(t, h, 0.5f, "h");
    if (m->attend_w) {
        struct isg_node *const context = isg_self_attention(t, h, &sentences, m->attend_w, m->attend_b, ISG_SELF_PAPER);
        h = isg_concat(t, (struct isg_node *[]){h, isg_dropout(t, context, 0.5f, "a")}, 2);
        pair = isg_linear(t, h, m->pair_w, NULL);
    }
    struct isg_node *emit = isg_linear(t, h, m->out_w, m->out_b);
    if (j->training) {
        struct isg_node *loss = isg_crf_loss(
            t, emit, pair, &sentences, &m->crf, &(struct isg_crf_target){.tags = s->tags});
        CHECK(isg_backward(t, loss, 1.0f / (float)j->n_sentences, &err));
        return;
    }
    CHECK(isg_tape_status(t, &err));
    const size_t n = m->crf.n_tags;
    for (uint32_t i = 0; i < s->n; i++)
        CHECK(isg_crf_viterbi(&(struct isg_crf_input){.crf = &m->crf,
                                  .n = s->offset[i + 1] - s->offset[i],
                                  .emit = emit->x + s->offset[i] * n,
                                  .pair = pair ? pair->x + s->offset[i] * n * n : NULL},
            s->tags + s->offset[i], NULL, &err));
}

/* ---- measuring ---- */
struct result {
    double tokens_per_second, gflops;
    double per_cpu_second; /* tokens a second of processor time, which other programs' load does not hide */
};

static double cpu_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct result measure(const struct text *x, const struct sizes *z, bool training, uint32_t batch,
    uint32_t n_shards, enum isg_level_isa isa, struct isg_pool *pool, double seconds)
{
    struct isg_error err;
    struct model m;
    struct isg_optim *optim;
    struct isg_optim_opts opts = isg_optim_defaults();
    model_make(&m, z);
    CHECK(isg_optim_new(&optim, m.params, &opts, &err));
    struct job *const j = calloc(1, sizeof *j);
    *j = (struct job){.text = x, .model = &m, .n_shards = n_shards, .training = training, .n_sentences = batch};
    struct isg_tape *tapes[MAX_SHARDS];
    for (uint32_t i = 0; i < n_shards; i++) {
        struct shard *const s = &j->shards[i];
        const size_t cap = (size_t)batch * 90 + 1;
        CHECK(isg_tape_new(&s->tape, m.params, isa, &err));
        tapes[i] = s->tape;
        uint32_t **const arrays[] = {
            &s->sentence, &s->offset, &s->word, &s->type, &s->tags, &s->type_word, &s->type_at};
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
            *arrays[a] = malloc(cap * sizeof(uint32_t));
        s->letters = malloc(cap * 20 * sizeof *s->letters);
        s->seen = calloc(VOCAB, sizeof *s->seen);
    }
    uint32_t lengths[512], shard[512], order[SENTENCES];
    for (uint32_t i = 0; i < SENTENCES; i++)
        order[i] = i;
    struct isg_rng r = isg_rng_stream(2, "order", 0);
    isg_rng_shuffle(&r, order, SENTENCES);
    struct amount done = {0};
    double start = isg_now(), cpu = cpu_seconds(), spent = 0;
    uint32_t at = 0;
    for (uint64_t step = 0; step < 20 || spent < seconds; step++) {
        if (step == 10) { /* warm */
            done = (struct amount){0};
            start = isg_now();
            cpu = cpu_seconds();
        }
        if (at + batch > SENTENCES)
            at = 0;
        for (uint32_t i = 0; i < batch; i++)
            lengths[i] = x->length[order[at + i]];
        CHECK(isg_seqs_shard(lengths, batch, n_shards, shard, &err));
        for (uint32_t i = 0; i < n_shards; i++)
            j->shards[i].n = 0;
        for (uint32_t i = 0; i < batch; i++) {
            struct shard *const s = &j->shards[shard[i]];
            s->sentence[s->n++] = order[at + i];
        }
        at += batch;
        j->step = step;
        isg_pool_run(pool, n_shards, run_shard, j);
        if (training)
            CHECK(isg_optim_step(optim, tapes, n_shards, 0.015, pool, NULL, &err));
        else
            CHECK(isg_params_pack(m.params, false, pool, &err));
        for (uint32_t i = 0; i < n_shards; i++) {
            const struct shard *const s = &j->shards[i];
            done.tokens += s->n_tokens;
            done.letters += s->type_at[s->n_types];
            for (uint32_t k = 0; k < s->n; k++)
                done.pairs += (double)x->length[s->sentence[k]] * x->length[s->sentence[k]];
        }
        spent = isg_now() - start;
    }
    cpu = cpu_seconds() - cpu;
    const double flops = 2 * macs(z, done) * (training ? 3 : 1);
    for (uint32_t i = 0; i < n_shards; i++) {
        struct shard *const s = &j->shards[i];
        isg_tape_free(s->tape);
        uint32_t *const arrays[] = {
            s->sentence, s->offset, s->word, s->type, s->tags, s->type_word, s->type_at, s->letters, s->seen};
        for (size_t a = 0; a < sizeof arrays / sizeof *arrays; a++)
            free(arrays[a]);
    }
    free(j);
    isg_optim_free(optim);
    isg_params_free(m.params);
    return (struct result){done.tokens / spent, flops / spent * 1e-9, done.tokens / cpu};
}

/* Best of several products of 768 x 768 on one thread. */
static double sgemm_peak(void)
{
    enum { N = 768 };
    float *const a = isg_calloc(N * N, sizeof *a), *const c = isg_calloc(N * N, sizeof *c);
    for (size_t i = 0; i < (size_t)N * N; i++)
        a[i] = (float)(i % 17) * 0.1f;
    double best = 0;
    for (int i = 0; i < 30; i++) {
        const double start = isg_now();
        isg_sgemm(ISG_N, ISG_N, N, N, N, 1, a, N, a, N, 0, c, N);
        best = fmax(best, 2.0 * N * N * N / (isg_now() - start) * 1e-9);
    }
    isg_free(a);
    isg_free(c);
    return best;
}

int main(int argc, char **argv)
{
    double seconds = 1.5;
    enum isg_level_isa isa = ISG_ISA_AUTO;
    unsigned only_threads = 0, only_batch = 0;
    const char *only_what = NULL, *only_model = NULL;
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--seconds") == 0)
            seconds = atof(argv[i + 1]);
        else if (strcmp(argv[i], "--threads") == 0)
            only_threads = (unsigned)atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--what") == 0)
            only_what = argv[i + 1];
        else if (strcmp(argv[i], "--model") == 0)
            only_model = argv[i + 1];
        else if (strcmp(argv[i], "--batch") == 0)
            only_batch = (unsigned)atoi(argv[i + 1]);
        else if (strcmp(argv[i], "--isa") == 0)
            for (enum isg_level_isa l = ISG_ISA_BASE; l <= ISG_ISA_AVX512; l++)
                isa = strcmp(argv[i + 1], isg_isa_name(l)) == 0 ? l : isa;
    }
    const unsigned cores = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
    const double peak = sgemm_peak();
    static struct text x;
    text_make(&x);
    printf("kernels %s; %s; sgemm peak %.1f GFLOP/s a core; %u sentences, %.1f tokens each\n\n",
        isg_isa_name(isa ? isa : isg_isa_best()), isg_blas_describe(), peak, SENTENCES,
        (double)x.offset[SENTENCES] / SENTENCES);
    printf("| model | what | batch | shards | threads | tokens/s | GFLOP/s | share of sgemm's peak | "
           "tokens/s of "
           "processor time |\n");
    printf("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    static const struct {
        uint32_t batch, train_shards, tag_shards;
    } sizes[] = {{10, 2, 2}, {32, 2, 4}, {64, 2, 8}};
    enum { MODELS = sizeof models / sizeof *models, SIZES = sizeof sizes / sizeof *sizes };
    for (size_t i = 0; i < MODELS * 2 * SIZES; i++) {
        const struct sizes *const z = &models[i / (2 * SIZES)];
        const bool training = i / SIZES % 2 == 0;
        const uint32_t batch = sizes[i % SIZES].batch;
        if ((only_model && strcmp(only_model, z->name) != 0) || (only_batch && batch != only_batch) ||
            (only_what && strcmp(only_what, training ? "train" : "tag") != 0))
            continue;
        for (int all = only_threads != 0; all <= (cores > 1 || only_threads); all++) {
            const unsigned threads = only_threads ? only_threads : all ? cores : 1;
            const uint32_t shards = training ? sizes[i % SIZES].train_shards : sizes[i % SIZES].tag_shards;
            struct isg_pool *const pool = isg_pool_new(threads);
            const struct result r = measure(&x, z, training, batch, shards, isa, pool, seconds);
            isg_pool_free(pool);
            printf("| %s | %s | %u | %u | %u | %.0f | %.1f | %.0f %% | %.0f |\n", z->name, training ? "train" : "tag",
                batch, shards, threads, r.tokens_per_second, r.gflops, 100 * r.gflops / (peak * threads),
                r.per_cpu_second);
            fflush(stdout);
        }
    }
    free(x.letters);
    free(x.word);
    free(x.tag);
    return 0;
}
