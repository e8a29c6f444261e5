/* What the headers of libisogloss promise: results, errors, threads, silence. Sees the public API alone. */
#include "tests/test.h"
#include <isogloss/isogloss.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "/tmp/isogloss-library-XXXXXX";

static const char *in_tree(const char *name)
{
    static char path[8][512];
    static int at;
    at = (at + 1) % 8;
    snprintf(path[at], sizeof path[at], "%s/%s", getenv("ISG_ROOT"), name);
    return path[at];
}

static const char *scratch(const char *name)
{
    static char path[8][512];
    static int at;
    at = (at + 1) % 8;
    snprintf(path[at], sizeof path[at], "%s/%s", folder, name);
    return path[at];
}

static void write_text(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    assert_int_equal(fclose(f), 0);
}

static struct isogloss_context *new_context(void)
{
    struct isogloss_context *c;
    assert_int_equal(isogloss_context_new(&c), ISOGLOSS_OK);
    return c;
}

#define MODEL "tests/old/0.1/tagger.model"

static struct isogloss_tagger *load_tagger(struct isogloss_context *c)
{
    struct isogloss_tagger *t;
    const char *const paths[] = {in_tree(MODEL)};
    assert_int_equal(isogloss_tagger_load(c, paths, 1, &t), ISOGLOSS_OK);
    return t;
}

/* ---- contexts, errors, options ---- */

static void test_errors(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_vectors *v;
    char version[32];
    snprintf(
        version, sizeof version, "%d.%d.%d", ISOGLOSS_VERSION_MAJOR, ISOGLOSS_VERSION_MINOR, ISOGLOSS_VERSION_PATCH);
    assert_string_equal(isogloss_version(), version);
    assert_string_equal(isogloss_error_message(c), "");
    write_text(scratch("bad.vec"), "2 3\na 1 2 3\nb 1 2\n");
    assert_int_equal(isogloss_vectors_load(c, scratch("bad.vec"), NULL, &v), ISOGLOSS_EDATA);
    assert_null(v);
    assert_int_equal(isogloss_error_status(c), ISOGLOSS_EDATA);
    assert_string_equal(isogloss_error_file(c), scratch("bad.vec"));
    assert_int_equal(isogloss_error_line(c), 3);
    assert_non_null(strstr(isogloss_error_message(c), "bad.vec:3: "));
    assert_true(isogloss_error_found(c)[0] && isogloss_error_expected(c)[0]);
    assert_int_equal(isogloss_vectors_load(c, scratch("missing"), NULL, &v), ISOGLOSS_EIO);
    assert_int_equal(isogloss_vectors_load(c, "-", NULL, &v), ISOGLOSS_EUSAGE);
    assert_int_equal(isogloss_vectors_load(c, NULL, NULL, &v), ISOGLOSS_EUSAGE);
    isogloss_context_free(c);
    isogloss_context_free(NULL);
}

/* The structs of another version: longer ones pass where what is unknown is zero, shorter ones get the defaults. */
static void test_options_of_other_versions(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_vectors *v;
    struct {
        struct isogloss_vectors_options known;
        long later;
    } longer = {{.size = sizeof longer, .max_vocab = 2}, 0};
    write_text(scratch("three.vec"), "a 1 2\nb 3 4\nc 5 6\n");
    assert_int_equal(isogloss_vectors_load(c, scratch("three.vec"), &longer.known, &v), ISOGLOSS_OK);
    assert_int_equal(isogloss_vectors_count(v), 2);
    isogloss_vectors_free(v);
    longer.later = 1;
    assert_int_equal(isogloss_vectors_load(c, scratch("three.vec"), &longer.known, &v), ISOGLOSS_EUSAGE);
    struct isogloss_vectors_options shorter = {
        .size = offsetof(struct isogloss_vectors_options, max_vocab), .max_vocab = 1};
    assert_int_equal(isogloss_vectors_load(c, scratch("three.vec"), &shorter, &v), ISOGLOSS_OK);
    assert_int_equal(isogloss_vectors_count(v), 3);
    isogloss_vectors_free(v);
    struct isogloss_vectors_options none = {.max_vocab = 1};
    assert_int_equal(isogloss_vectors_load(c, scratch("three.vec"), &none, &v), ISOGLOSS_EUSAGE);
    isogloss_context_free(c);
}

/* ---- vectors ---- */

static void test_vectors(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_vectors *v, *again;
    const char *const words[] = {"El", "perro", "mañana"};
    const float rows[] = {1, 0, 0.5f, -1, 0.25f, 4};
    assert_int_equal(isogloss_vectors_new(c, words, rows, 3, 2, &v), ISOGLOSS_OK);
    assert_ptr_equal(isogloss_vectors_rows(v), rows); /* no copy */
    assert_int_equal(isogloss_vectors_find(v, "perro"), 1);
    assert_int_equal(isogloss_vectors_find(v, "PERRO"), 1);
    assert_int_equal(isogloss_vectors_find(v, "man\xcc\x83"
                                              "ana"),
        2);
    assert_int_equal(isogloss_vectors_find(v, "gato"), -1);
    assert_null(isogloss_vectors_word(v, 3));
    char buffer[32];
    const size_t bytes = isogloss_vectors_words(v, 1, 9, NULL, 0);
    assert_int_equal(bytes, strlen("perro") + strlen("mañana") + 2);
    assert_int_equal(isogloss_vectors_words(v, 1, 9, buffer, sizeof buffer), bytes);
    assert_memory_equal(buffer, "perro\0mañana", bytes);
    const char *const names[] = {"v.vec", "v.bin", "v.safetensors", "v.vec.gz"};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(isogloss_vectors_save(c, v, scratch(names[i]), 0), ISOGLOSS_OK);
        assert_int_equal(isogloss_vectors_save(c, v, scratch(names[i]), 0), ISOGLOSS_EUSAGE);
        assert_int_equal(isogloss_vectors_save(c, v, scratch(names[i]), 1), ISOGLOSS_OK);
        assert_int_equal(isogloss_vectors_load(c, scratch(names[i]), NULL, &again), ISOGLOSS_OK);
        assert_int_equal(isogloss_vectors_dim(again), 2);
        assert_memory_equal(isogloss_vectors_rows(again), rows, sizeof rows);
        assert_string_equal(isogloss_vectors_word(again, 2), "mañana");
        isogloss_vectors_free(again);
    }
    isogloss_vectors_free(v);
    const char *const twice[] = {"a", "a"};
    assert_int_equal(isogloss_vectors_new(c, twice, rows, 2, 2, &v), ISOGLOSS_EDATA);
    const float bad[] = {0, (float)strtod("nan", NULL)};
    assert_int_equal(isogloss_vectors_new(c, words, bad, 1, 2, &v), ISOGLOSS_EDATA);
    assert_int_equal(isogloss_vectors_new(c, words, rows, 0, 2, &v), ISOGLOSS_EUSAGE);
    isogloss_context_free(c);
}

/* ---- maps ---- */

static void test_map(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_vectors *en, *es;
    struct isogloss_map *map, *again;
    struct isogloss_space *space;
    isogloss_context_set_threads(c, 2);
    const struct isogloss_vectors_options few = {.size = sizeof few, .max_vocab = 2000};
    assert_int_equal(isogloss_vectors_load(c, in_tree("resources/sample/en.vec.gz"), &few, &en), ISOGLOSS_OK);
    assert_int_equal(isogloss_vectors_load(c, in_tree("resources/sample/es.vec.gz"), &few, &es), ISOGLOSS_OK);
    struct isogloss_map_options o = {.size = sizeof o, .method = "procrustes"};
    assert_int_equal(isogloss_map_fit(c, en, es, &o, &map), ISOGLOSS_EUSAGE); /* no seed */
    o.seed_dict = in_tree("resources/sample/en-es.seed.txt");
    o.method = "magic";
    assert_int_equal(isogloss_map_fit(c, en, es, &o, &map), ISOGLOSS_EUSAGE);
    assert_non_null(strstr(isogloss_error_expected(c), "procrustes"));
    o.method = "procrustes";
    assert_int_equal(isogloss_map_fit(c, en, es, &o, &map), ISOGLOSS_OK);
    assert_string_equal(isogloss_map_meta(map, "method"), "procrustes");
    assert_int_equal(isogloss_map_save(c, map, scratch("map"), 0), ISOGLOSS_OK);
    assert_int_equal(isogloss_map_load(c, scratch("map"), &again), ISOGLOSS_OK);
    const size_t dim = isogloss_map_dim(map), in = isogloss_vectors_dim(en);
    float *a = malloc(dim * 3 * sizeof *a), *b = malloc(dim * 3 * sizeof *b);
    assert_true(a && b);
    assert_int_equal(isogloss_map_apply(c, map, ISOGLOSS_SOURCE, isogloss_vectors_rows(en), 3, in, a), ISOGLOSS_OK);
    assert_int_equal(isogloss_map_apply(c, again, ISOGLOSS_SOURCE, isogloss_vectors_rows(en), 3, in, b), ISOGLOSS_OK);
    assert_memory_equal(a, b, dim * 3 * sizeof *a);
    double length = 0;
    for (size_t i = 0; i < dim; i++)
        length += (double)a[i] * (double)a[i];
    assert_true(length > 0.999 && length < 1.001);
    assert_int_equal(
        isogloss_map_apply(c, map, ISOGLOSS_SOURCE, isogloss_vectors_rows(en), 3, in - 1, a), ISOGLOSS_EDATA);
    assert_int_equal(isogloss_space_new(c, again, en, es, NULL, &space), ISOGLOSS_OK);
    const char *const words[] = {"minister", "zzzz", "prime minister"};
    uint32_t rows[3 * 4];
    float scores[3 * 4];
    assert_int_equal(isogloss_space_translate(c, space, words, 3, 4, rows, scores), ISOGLOSS_OK);
    assert_string_equal(isogloss_vectors_word(es, rows[0]), "ministro");
    assert_true(scores[0] >= scores[1] && scores[1] >= scores[3]);
    assert_int_equal(rows[4], UINT32_MAX);
    assert_int_not_equal(rows[8], UINT32_MAX);
    assert_int_equal(isogloss_space_translate(c, space, words, 3, 0, rows, scores), ISOGLOSS_EUSAGE);
    assert_true(isogloss_space_find(space, "Minister") >= 0);
    assert_int_equal(isogloss_space_write_dictionary(c, space, 2, 10, NULL, scratch("dict.tsv"), 0), ISOGLOSS_OK);
    free(a);
    free(b);
    isogloss_space_free(space);
    isogloss_map_free(again);
    isogloss_map_free(map);
    isogloss_vectors_free(en);
    isogloss_vectors_free(es);
    isogloss_context_free(c);
}

static int stop(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    (void)stage;
    (void)done;
    (void)total;
    return ++*(int *)cookie > 1;
}

static void test_pairs_and_stopping(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_vectors *v;
    struct isogloss_map *map;
    const struct isogloss_vectors_options few = {.size = sizeof few, .max_vocab = 1000};
    assert_int_equal(isogloss_vectors_load(c, in_tree("resources/sample/en.vec.gz"), &few, &v), ISOGLOSS_OK);
    const char *words[100];
    for (size_t i = 0; i < 100; i++)
        words[i] = isogloss_vectors_word(v, i);
    struct isogloss_map_options o = {.size = sizeof o,
        .method = "procrustes",
        .refine = -1,
        .source_words = words,
        .target_words = words,
        .n_pairs = 100};
    assert_int_equal(isogloss_map_fit(c, v, v, &o, &map), ISOGLOSS_OK);
    isogloss_map_free(map);
    int calls = 0;
    isogloss_context_set_progress(c, stop, &calls);
    o.method = "auto";
    assert_int_equal(isogloss_map_fit(c, v, v, &o, &map), ISOGLOSS_ECANCELED);
    assert_null(map);
    assert_int_equal(calls, 2);
    isogloss_vectors_free(v);
    isogloss_context_free(c);
}

/* ---- translation ---- */

static void test_translator(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_translator *t;
    struct isogloss_sentence *s;
    write_text(scratch("lexicon"), "the\tel\ndog\tperro\nbarks\tladra\nnew york\tnueva york\n");
    const char *const lexicons[] = {scratch("lexicon")};
    struct isogloss_translator_options o = {.size = sizeof o};
    assert_int_equal(isogloss_translator_new(c, &o, &t), ISOGLOSS_EUSAGE);
    o.lexicons = lexicons;
    o.n_lexicons = 1;
    assert_int_equal(isogloss_translator_new(c, &o, &t), ISOGLOSS_OK);
    const char *const words[] = {"The", "Dog", "of", "Bob", "barks"}, *const tags[] = {"O", "B-ORG", "O", "B-PER", "O"};
    assert_int_equal(isogloss_translator_sentence(c, t, words, tags, 5, &s), ISOGLOSS_OK);
    const char *const target[] = {"El", "Perro", "of", "Bob", "ladra"};
    assert_int_equal(isogloss_sentence_count(s), 5);
    for (size_t i = 0; i < 5; i++) {
        assert_string_equal(isogloss_sentence_word(s, i)->text, target[i]);
        assert_string_equal(isogloss_sentence_word(s, i)->tag, tags[i]);
        assert_int_equal(isogloss_sentence_word(s, i)->source, i);
    }
    assert_string_equal(isogloss_sentence_word(s, 3)->method, "policy");
    assert_string_equal(isogloss_sentence_word(s, 4)->method, "lexicon");
    assert_null(isogloss_sentence_word(s, 5));
    isogloss_sentence_free(s);
    assert_int_equal(isogloss_translator_sentence(c, t, words, NULL, 2, &s), ISOGLOSS_OK);
    assert_null(isogloss_sentence_word(s, 0)->tag);
    isogloss_sentence_free(s);
    assert_int_equal(isogloss_translator_sentence(c, t, words, NULL, 0, &s), ISOGLOSS_OK);
    assert_int_equal(isogloss_sentence_count(s), 0);
    isogloss_sentence_free(s);
    const char *const wrong[] = {"O", "PER"};
    assert_int_equal(isogloss_translator_sentence(c, t, words, wrong, 2, &s), ISOGLOSS_EDATA);
    assert_null(s);
    const char *const empty[] = {""};
    assert_int_equal(isogloss_translator_sentence(c, t, empty, NULL, 1, &s), ISOGLOSS_EDATA);
    write_text(scratch("in.conll"), "The O\ndog B-ORG\n\nbarks O\n");
    assert_int_equal(isogloss_translator_corpus(c, t, scratch("in.conll"), scratch("out.conll"), 0), ISOGLOSS_OK);
    char text[64] = "";
    FILE *f = fopen(scratch("out.conll"), "r");
    assert_non_null(f);
    assert_true(fread(text, 1, sizeof text - 1, f) > 0);
    assert_int_equal(fclose(f), 0);
    assert_string_equal(text, "El O\nperro B-ORG\n\nladra O\n");
    isogloss_translator_free(t);
    isogloss_context_free(c);
}

/* ---- taggers ---- */

static const char *const texts[] = {
    "Ana vive en Madrid, y Juan en Lima. Ayer llegó Müller.", "", "nada", "EFE \xF0\x9F\x98\x80 Madrid"};
enum { N_TEXTS = sizeof texts / sizeof *texts };

static void test_tagger(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_tagger *t = load_tagger(c);
    struct isogloss_tagged *r, *same;
    assert_true(isogloss_tagger_types(t) > 0);
    assert_non_null(isogloss_tagger_type(t, 0));
    assert_null(isogloss_tagger_type(t, isogloss_tagger_types(t)));
    assert_int_equal(isogloss_tag_texts(c, t, texts, NULL, N_TEXTS, NULL, &r), ISOGLOSS_OK);
    assert_int_equal(isogloss_tagged_texts(r), N_TEXTS);
    const size_t *first = isogloss_tagged_first_tokens(r);
    assert_int_equal(first[0], 0);
    assert_int_equal(first[1], first[2]); /* the empty text */
    assert_int_equal(first[N_TEXTS], isogloss_tagged_tokens(r));
    const uint32_t *offsets = isogloss_tagged_offsets(r), last = offsets[2 * isogloss_tagged_tokens(r) - 1];
    assert_int_equal(last, 12); /* code points: the emoji is one */
    for (size_t i = 0; i < isogloss_tagged_entities(r); i++) {
        const struct isogloss_entity *e = isogloss_tagged_entity(r, i);
        assert_true(e->text < N_TEXTS && e->n > 0 && e->end > e->start && e->byte_end <= strlen(texts[e->text]));
        assert_true(e->probability > 0 && e->probability <= 1);
        const char *tag = isogloss_tagged_tag(r, isogloss_tagged_tag_ids(r)[first[e->text] + e->first]);
        assert_string_equal(tag + 2, e->type);
    }
    /* the tokens of a text give what the text gave */
    const char *const tokens[] = {
        "Ana", "vive", "en", "Madrid", ",", "y", "Juan", "en", "Lima", ".", "Ayer", "llegó", "Müller", "."};
    const size_t lengths[] = {10, 4};
    assert_int_equal(isogloss_tag_sentences(c, t, tokens, lengths, 2, NULL, &same), ISOGLOSS_OK);
    assert_memory_equal(isogloss_tagged_tag_ids(r), isogloss_tagged_tag_ids(same), 14 * sizeof(uint32_t));
    assert_memory_equal(isogloss_tagged_probabilities(r), isogloss_tagged_probabilities(same), 14 * sizeof(float));
    isogloss_tagged_free(same);
    struct isogloss_tag_options o = {.size = sizeof o, .min_probability = 1};
    assert_int_equal(isogloss_tag_texts(c, t, texts, NULL, N_TEXTS, &o, &same), ISOGLOSS_OK);
    assert_true(isogloss_tagged_entities(same) <= isogloss_tagged_entities(r));
    isogloss_tagged_free(same);
    o.min_probability = 2;
    assert_int_equal(isogloss_tag_texts(c, t, texts, NULL, 1, &o, &same), ISOGLOSS_EUSAGE);
    const char *const broken[] = {"good", "caf\xe9"};
    assert_int_equal(isogloss_tag_texts(c, t, broken, NULL, 2, NULL, &same), ISOGLOSS_EDATA);
    assert_non_null(strstr(isogloss_error_message(c), "text 2"));
    assert_null(same);
    assert_int_equal(isogloss_tag_texts(c, t, NULL, NULL, 0, NULL, &same), ISOGLOSS_OK);
    assert_int_equal(isogloss_tagged_texts(same), 0);
    isogloss_tagged_free(same);
    isogloss_tagged_free(r);
    isogloss_tagger_free(t);
    isogloss_context_free(c);
}

struct worker {
    struct isogloss_tagger *tagger;
    const struct isogloss_tagged *expected;
    int failures;
};

static void *tag_many(void *cookie)
{
    struct worker *w = cookie;
    struct isogloss_context *c = new_context();
    for (int round = 0; round < 40; round++) {
        struct isogloss_tagged *r = NULL;
        w->failures += isogloss_tag_texts(c, w->tagger, texts, NULL, N_TEXTS, NULL, &r) != ISOGLOSS_OK;
        const size_t n = isogloss_tagged_tokens(w->expected);
        w->failures += !r || isogloss_tagged_tokens(r) != n ||
                       memcmp(isogloss_tagged_tag_ids(r), isogloss_tagged_tag_ids(w->expected), n * sizeof(uint32_t)) !=
                           0 ||
                       memcmp(isogloss_tagged_probabilities(r), isogloss_tagged_probabilities(w->expected),
                           n * sizeof(float)) != 0;
        isogloss_tagged_free(r);
        /* errors of one thread are not another's */
        w->failures += isogloss_tag_texts(c, w->tagger, (const char *const[]){"\xff"}, NULL, 1, NULL, &r) !=
                       ISOGLOSS_EDATA;
    }
    isogloss_context_free(c);
    return NULL;
}

static void test_threads_share_a_tagger(void **state)
{
    (void)state;
    enum { N = 8 };
    struct isogloss_context *c = new_context();
    struct isogloss_tagger *t = load_tagger(c);
    struct isogloss_tagged *r;
    isogloss_context_set_threads(c, 3);
    assert_int_equal(isogloss_tag_texts(c, t, texts, NULL, N_TEXTS, NULL, &r), ISOGLOSS_OK);
    pthread_t threads[N];
    struct worker w[N];
    for (int i = 0; i < N; i++) {
        w[i] = (struct worker){.tagger = t, .expected = r};
        assert_int_equal(pthread_create(&threads[i], NULL, tag_many, &w[i]), 0);
    }
    for (int i = 0; i < N; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(w[i].failures, 0);
    }
    isogloss_tagged_free(r);
    isogloss_tagger_free(t);
    isogloss_context_free(c);
}

/* ---- scores ---- */

static void test_scores(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct isogloss_score *s;
    write_text(scratch("gold"), "a B-PER\nb I-PER\nc O\n\nd B-LOC\n");
    write_text(scratch("predicted"), "a B-PER\nb I-PER\nc B-LOC\n\nd B-LOC\n");
    assert_int_equal(isogloss_evaluate(c, scratch("gold"), scratch("predicted"), NULL, &s), ISOGLOSS_OK);
    const struct isogloss_counts *all = isogloss_score_overall(s);
    assert_null(all->type);
    assert_int_equal(all->gold, 2);
    assert_int_equal(all->predicted, 3);
    assert_int_equal(all->correct, 2);
    assert_true(all->f1 > 79.9 && all->f1 < 80.1);
    assert_int_equal(isogloss_score_types(s), 2);
    assert_string_equal(isogloss_score_type(s, 0)->type, "LOC");
    assert_null(isogloss_score_type(s, 2));
    assert_int_equal(isogloss_score_tokens(s), 4);
    assert_true(isogloss_score_accuracy(s) > 74.9 && isogloss_score_accuracy(s) < 75.1);
    assert_non_null(strstr(isogloss_score_report(s), "FB1:  80.00"));
    isogloss_score_free(s);
    write_text(scratch("short"), "a B-PER\n");
    assert_int_equal(isogloss_evaluate(c, scratch("gold"), scratch("short"), NULL, &s), ISOGLOSS_EDATA);
    assert_null(s);
    isogloss_context_free(c);
}

/* ---- projects ---- */

struct heard {
    pthread_t thread;
    int progress, lines, elsewhere;
};

static int hear_progress(void *cookie, const char *stage, uint64_t done, uint64_t total)
{
    struct heard *h = cookie;
    (void)stage;
    (void)done;
    (void)total;
    h->progress++;
    h->elsewhere += !pthread_equal(h->thread, pthread_self());
    return 0;
}

static void hear_log(void *cookie, enum isogloss_level level, const char *text)
{
    struct heard *h = cookie;
    (void)level;
    h->lines += strchr(text, '\n') == NULL;
    h->elsewhere += !pthread_equal(h->thread, pthread_self());
}

static void test_project(void **state)
{
    (void)state;
    struct isogloss_context *c = new_context();
    struct heard heard = {.thread = pthread_self()};
    char before[512], after[512], set[600];
    char *report;
    write_text(scratch("project.toml"),
        "[vars]\nout = \"made\"\nsample = \"\"\n[[stage]]\nname = \"map\"\nrun = \"align fit\"\n"
        "method = \"procrustes\"\nrefine = 0\nmax-vocab = 1000\nsrc = \"${sample}/en.vec.gz\"\ntgt = "
        "\"${sample}/es.vec.gz\"\n"
        "seed-dict = \"${sample}/en-es.seed.txt\"\nout = \"${out}/map\"\n");
    snprintf(set, sizeof set, "sample=%s", in_tree("resources/sample"));
    assert_int_equal(setenv("XDG_STATE_HOME", folder, 1), 0);
    const char *const sets[] = {set};
    struct isogloss_project_options o = {.size = sizeof o, .sets = sets, .n_sets = 1};
    isogloss_context_set_progress(c, hear_progress, &heard);
    isogloss_context_set_log(c, hear_log, &heard);
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(isogloss_project_run(c, scratch("project.toml"), &o, &report), ISOGLOSS_OK);
    assert_non_null(strstr(report, "\"ran\""));
    isogloss_string_free(report);
    assert_true(heard.progress > 0 && heard.lines > 0);
    assert_int_equal(heard.elsewhere, 0);
    assert_non_null(getcwd(after, sizeof after));
    assert_string_equal(before, after);
    assert_int_equal(access(scratch("made/map"), F_OK), 0);
    assert_int_equal(isogloss_project_run(c, scratch("project.toml"), &o, &report), ISOGLOSS_OK);
    assert_non_null(strstr(report, "\"kept\""));
    isogloss_string_free(report);
    int calls = 0;
    o.force = 1;
    isogloss_context_set_progress(c, stop, &calls);
    assert_int_equal(isogloss_project_run(c, scratch("project.toml"), &o, NULL), ISOGLOSS_ECANCELED);
    write_text(scratch("bad.toml"), "[[stage]]\nname = \"x\"\nrun = \"align fit\"\nsrx = \"a\"\n");
    assert_int_equal(isogloss_project_run(c, scratch("bad.toml"), NULL, &report), ISOGLOSS_EDATA);
    assert_null(report);
    assert_int_equal(isogloss_error_line(c), 4);
    isogloss_context_free(c);
}

/* ---- silence: while a test runs, both streams lead to a file, which has to stay empty ---- */

static int saved[2];

static int redirect(void **state)
{
    (void)state;
    const int to = open(scratch("printed"), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    for (int i = 0; i < 2; i++) {
        fflush(i ? stderr : stdout);
        saved[i] = dup(i + 1);
        if (to < 0 || saved[i] < 0 || dup2(to, i + 1) < 0)
            return 1;
    }
    return close(to);
}

static int check_silence(void **state)
{
    (void)state;
    fflush(stdout);
    fflush(stderr);
    for (int i = 0; i < 2; i++) {
        dup2(saved[i], i + 1);
        close(saved[i]);
    }
    char text[4096];
    FILE *f = fopen(scratch("printed"), "r");
    const size_t n = f ? fread(text, 1, sizeof text - 1, f) : 1;
    if (f)
        fclose(f);
    text[n] = 0;
    if (n)
        print_error("printed: %s\n", text);
    return n != 0;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

#define SILENT(test) cmocka_unit_test_setup_teardown(test, redirect, check_silence)

int main(void)
{
    const struct CMUnitTest tests[] = {SILENT(test_errors), SILENT(test_options_of_other_versions),
        SILENT(test_vectors), SILENT(test_map), SILENT(test_pairs_and_stopping), SILENT(test_translator),
        SILENT(test_tagger), SILENT(test_threads_share_a_tagger), SILENT(test_scores), SILENT(test_project)};
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
