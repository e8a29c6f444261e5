/* Words, labels, shapes, half floats, tokens. */
#include "ner/data/encode.h"
#include "ner/data/labels.h"
#include "ner/data/vocab_build.h"
#include "ner/model/model.h"
#include "src/tokenise.h"
#include "tests/test.h"

static const char *file(const char *name, const char *text)
{
    FILE *f = fopen(name, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    assert_int_equal(fclose(f), 0);
    return name;
}

static void corpora_hold_spans(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_corpus c;
    file("data.iob1",
        "-DOCSTART- -X- O\n\nAnn NNP I-PER\nLee NNP I-PER\nBob NNP B-PER\nsings VBZ O\n\n\nRome NNP I-LOC\n");
    assert_ok(isg_ner_corpus_load(&c, "data.iob1", ISG_COLUMNS_DEFAULT, NULL, &err));
    assert_int_equal(c.n_sentences, 2);
    assert_int_equal(c.n_tokens, 5);
    assert_int_equal(c.span_offset.v[1], 2);
    assert_int_equal(c.span_offset.v[2], 3);
    assert_int_equal(c.spans.v[0].first, 0);
    assert_int_equal(c.spans.v[0].n, 2);
    assert_int_equal(c.spans.v[1].first, 2);
    assert_int_equal(c.spans.v[2].first, 0);
    assert_int_equal(c.line.v[1], 9);
    assert_int_equal(c.scheme, ISG_IOB1);
    /* a second text behind the first: offsets go on, types and forms are shared */
    file("data.more", "Oslo B-LOC\nAnn B-PER\n\nRome O\n");
    assert_ok(isg_ner_corpus_add(&c, "data.more", ISG_COLUMNS_DEFAULT, NULL, &err));
    assert_int_equal(c.n_sentences, 4);
    assert_int_equal(c.n_tokens, 8);
    assert_int_equal(c.span_offset.v[4] - c.span_offset.v[2], 2);
    assert_int_equal(c.spans.v[3].first, 0);
    assert_int_equal(c.spans.v[3].type, c.spans.v[2].type);
    assert_int_equal(c.spans.v[4].first, 1);
    assert_int_equal(c.form.v[6], c.form.v[0]);
    assert_int_equal(c.scheme, ISG_IOB1);
    assert_int_equal(isg_ner_corpus_add(&c, "data.none", ISG_COLUMNS_DEFAULT, NULL, &err), ISG_EIO);
    isg_ner_corpus_fini(&c);
}

/* Which labels a token may have, in the order of the vocabulary, as a string of names. */
static const char *may_stand(const struct isg_crf_target *t, const struct isg_ner_vocab *v, uint32_t token)
{
    static char out[128];
    const uint32_t n = isg_strtab_size(v->labels);
    out[0] = 0;
    for (uint32_t y = 0; y < n; y++)
        if (t->tags[token] == y || (t->tags[token] == ISG_NO_ID && t->allowed[token * n + y])) {
            strcat(out, *out ? " " : "");
            strcat(out, isg_strtab_get(v->labels, y, NULL));
        }
    return out;
}

static void open_tags_and_weights(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_columns columns = ISG_COLUMNS_DEFAULT;
    struct isg_ner_config config;
    columns.open_tags = true;
    file("data.open", "# weight = 0.25\na O\nb B-X\nc ?\nd I-X\ne I-X\nf ?\ng I-X\nh O\n\n"
                      "# text = weightless\n# ?\na B-X\nb I-X\n\n#weight=2e0 \na ?\nb I-X\nc ?\n");
    for (int bioes = 0; bioes < 2; bioes++) {
        struct isg_ner_encoded e = {0};
        struct isg_ner_vocab v;
        struct isg_ner_forms forms;
        struct isg_ner_target memory = {0};
        struct isg_crf_target t;
        uint32_t *row;
        bool *rare;
        assert_ok(isg_ner_corpus_load(&e.corpus, "data.open", columns, NULL, &err));
        assert_int_equal(e.corpus.n_sentences, 3);
        assert_int_equal(e.corpus.n_doubts, 5);
        assert_int_equal(e.corpus.n_weights, 2);
        assert_int_equal(e.corpus.scheme, ISG_BIO);
        isg_ner_config_defaults(&config);
        config.scheme = !bioes;
        assert_ok(isg_ner_vocab_build(&v, &e.corpus, NULL, &config, &row, &rare, &err));
        assert_ok(isg_ner_forms_init(&forms, &v, &err));
        assert_ok(isg_ner_encode(&e, &forms, &err));
        assert_ok(isg_ner_encode_labels(&e, &v, bioes, &err));
        const uint32_t order[] = {1, 0, 2};
        assert_ok(isg_ner_target_build(&memory, &e, &v, order, 3, &t, &err));
        assert_true(t.weights[0] == 1 && t.weights[1] == ISG_R(0.25) && t.weights[2] == 2);
        static const char *const expected[2][14] = {
            {"O B-X I-X", "B-X", "I-X", "O", "B-X", "O B-X I-X", "B-X I-X", "I-X", "O B-X I-X", "B-X I-X", "O",
                "O B-X I-X", "B-X I-X", "O B-X I-X"},
            {"O B-X I-X E-X S-X", "B-X", "E-X", "O", "B-X S-X", "O B-X I-X E-X S-X", "B-X I-X", "I-X E-X",
                "O B-X I-X E-X S-X", "E-X S-X", "O", "O B-X I-X E-X S-X", "B-X I-X E-X S-X", "O B-X I-X E-X S-X"}};
        for (uint32_t i = 0; i < 14; i++)
            assert_string_equal(may_stand(&t, &v, i), expected[bioes][i]);
        bool keep[3] = {false, false, true};
        isg_ner_corpus_keep(&e.corpus, keep);
        assert_true(e.corpus.weight.v[0] == 2 && e.corpus.doubt.v[1] == (ISG_DOUBT_START | ISG_DOUBT_END));
        isg_ner_target_fini(&memory);
        isg_ner_forms_fini(&forms);
        isg_ner_vocab_fini(&v);
        isg_ner_encoded_fini(&e);
        isg_free(row);
        isg_free(rare);
    }
    static const struct {
        const char *text, *says;
        uint64_t line;
        bool open;
    } bad[] = {{"# weight = -1\na O\n", "malformed weight", 1, true},
        {"# weight = much\na O\n", "malformed weight", 1, true}, {"# weight = nan\na O\n", "malformed weight", 1, true},
        {"# weight = 1e99\na O\n", "malformed weight", 1, true},
        {"# weight = 1\n# weight = 1\na O\n", "a second weight", 2, true},
        {"a O\n# weight = 1\nb O\n", "without a sentence", 2, true},
        {"a O\n\n# weight = 1\n\nb O\n", "without a sentence", 3, true}, {"a O\nb ?\n", "\"?\"", 2, false}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct isg_ner_corpus c;
        columns.open_tags = bad[i].open;
        file("data.bad", bad[i].text);
        assert_int_equal(isg_ner_corpus_load(&c, "data.bad", columns, NULL, &err), ISG_EDATA);
        assert_int_equal(err.line, bad[i].line);
        assert_non_null(strstr(err.found, bad[i].says));
    }
}

static void names_are_found(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_gazetteer *g, *again;
    file("data.names", "New York\tLOC\nNew York Times\tORG\n  Ann   Lee \n\nYork\tLOC\nNew York\tORG\n");
    assert_ok(isg_ner_gazetteer_load(&g, "data.names", NULL, &err));
    assert_int_equal(isg_ner_gazetteer_size(g), 4);
    assert_int_equal(isg_ner_gazetteer_types(g), 3); /* LOC, ORG, NAME */
    size_t n;
    const char *const text = isg_ner_gazetteer_text(g, &n);
    assert_ok(isg_ner_gazetteer_parse(&again, text, n, "memory", &err));
    static const char *const words[] = {
        "The", "New", "York", "Times", "of", "New", "York", "York", "Ann", "Lee", "Ann", "New"};
    static const uint32_t expected[] = {0, 3, 4, 4, 0, 1, 2, 1, 5, 6, 0, 0};
    enum { N = sizeof words / sizeof *words };
    struct isg_ner_word sentence[N];
    for (size_t i = 0; i < N; i++)
        sentence[i] = (struct isg_ner_word){words[i], strlen(words[i])};
    for (int twice = 0; twice < 2; twice++) {
        uint32_t out[2 * N] = {0};
        assert_ok(isg_ner_gazetteer_match(twice ? again : g, sentence, N, out + 1, 2, &err));
        for (size_t i = 0; i < N; i++) {
            assert_int_equal(out[2 * i + 1], expected[i]);
            assert_int_equal(out[2 * i], 0);
        }
    }
    isg_ner_gazetteer_free(g);
    isg_ner_gazetteer_free(again);
    assert_error(isg_ner_gazetteer_load(&g, file("data.names", "LOC\tRome\nLOC\tOslo\n"), NULL, &err), ISG_EDATA,
        "data.names: types before names");
}

static void feature_columns_are_read(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_columns columns;
    struct isg_ner_encoded e = {0}, other = {0};
    struct isg_ner_vocab v;
    struct isg_ner_forms forms;
    struct isg_ner_batch batch = {0};
    struct isg_ner_config config;
    uint32_t *row;
    bool *rare;
    assert_ok(isg_columns_parse(&columns, "word,feature,_,feature,tag", &err));
    assert_int_equal(columns.n_features, 2);
    assert_ok(isg_ner_corpus_load(
        &e.corpus, file("data.f", "Ann N x a B-PER\nsings V x b O\n\nRome N x b B-LOC\n"), columns, NULL, &err));
    isg_ner_config_defaults(&config);
    assert_ok(isg_ner_vocab_build(&v, &e.corpus, NULL, &config, &row, &rare, &err));
    assert_ok(isg_ner_gazetteer_load(&v.features.gazetteer, file("data.names", "Rome\tLOC\n"), NULL, &err));
    assert_int_equal(isg_ner_features_count(&v.features), 3);
    assert_int_equal(isg_ner_features_rows(&v.features, 0), 3); /* none, N, V */
    assert_int_equal(isg_ner_features_rows(&v.features, 2), 3);
    assert_ok(isg_ner_forms_init(&forms, &v, &err));
    assert_ok(isg_ner_encode(&e, &forms, &err));
    assert_ok(isg_ner_corpus_load(&other.corpus, file("data.f", "Rome V x c O\n"), columns, NULL, &err));
    assert_ok(isg_ner_encode(&other, &forms, &err));
    const uint32_t *const tokens[] = {e.tokens[1], e.tokens[0], other.tokens[0]};
    const uint32_t *const features[] = {e.features[1], e.features[0], other.features[0]};
    assert_ok(isg_ner_batch_build(&batch, &forms, tokens, (const uint32_t[]){1, 2, 1}, features, 3, &err));
    static const uint32_t expected[3][4] = {{1, 1, 2, 2}, {2, 1, 2, 0}, {1, 0, 0, 1}};
    assert_memory_equal(batch.feature.v, expected, sizeof expected);
    isg_ner_batch_fini(&batch);
    isg_ner_corpus_keep(&e.corpus, (const bool[]){false, true});
    assert_int_equal(e.corpus.feature.v[1], 1); /* b, which came second */
    isg_ner_encoded_fini(&e);
    assert_error(
        isg_ner_corpus_load(&e.corpus, file("data.f", "Rome O\n"), columns, NULL, &err), ISG_EDATA, "2 columns");
    assert_error(isg_columns_parse(
                     &columns, "word,feature,feature,feature,feature,feature,feature,feature,feature,feature", &err),
        ISG_EUSAGE, "columns");
    isg_ner_encoded_fini(&other);
    isg_ner_forms_fini(&forms);
    isg_ner_vocab_fini(&v);
    isg_free(row);
    isg_free(rare);
}

static void words_fall_back(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_corpus c;
    struct isg_vectors vectors;
    struct isg_ner_config config;
    struct isg_ner_vocab v;
    uint32_t *row;
    bool *rare;
    file("data.train", "The O\nRome B-LOC\n1984 O\nZyx O\nzyx O\nonce O\n");
    file("data.vec", "4 2\nthe 1 2\nrome 3 4\nmilan 5 6\n0000 7 8\n");
    assert_ok(isg_ner_corpus_load(&c, "data.train", ISG_COLUMNS_DEFAULT, NULL, &err));
    assert_ok(isg_vectors_load(&vectors, "data.vec", &(struct isg_vectors_opts){0}, NULL, &(struct isg_env){0}, &err));
    isg_ner_config_defaults(&config);
    assert_ok(isg_ner_vocab_build(&v, &c, &vectors, &config, &row, &rare, &err));
    /* unknown, the, rome, 0000 (for 1984), zyx, once; then milan, which training never sees */
    assert_int_equal(v.n_learnt, 6);
    assert_int_equal(isg_strtab_size(v.words), 7);
    const struct {
        const char *form, *word;
    } cases[] = {{"the", "the"}, {"THE", "the"}, {"Rome", "rome"}, {"1066", "0000"}, {"ZYX", "zyx"}, {"Milan", "milan"},
        {"Nowhere", ""}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t id;
        assert_ok(isg_ner_vocab_word(&v, cases[i].form, strlen(cases[i].form), &id, &err));
        assert_string_equal(isg_strtab_get(v.words, id, NULL), cases[i].word);
    }
    assert_false(rare[isg_strtab_find(c.forms, "Rome", 4)]);
    assert_false(rare[isg_strtab_find(c.forms, "zyx", 3)]); /* twice, in two casings */
    assert_true(rare[isg_strtab_find(c.forms, "once", 4)]);
    assert_int_equal(row[1], 0);
    assert_int_equal(row[4], ISG_NO_ID);
    assert_int_equal(row[6], 2);
    isg_free(row);
    isg_free(rare);
    isg_ner_vocab_fini(&v);
    isg_vectors_fini(&vectors);
    isg_ner_corpus_fini(&c);
}

static void labels_and_spans_agree(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_strtab *types = isg_strtab_new();
    uint32_t id;
    assert_ok(isg_strtab_add(types, "PER", 3, &id, NULL, &err));
    assert_ok(isg_strtab_add(types, "NEW", 3, &id, NULL, &err));
    assert_ok(isg_strtab_add(types, "LOC", 3, &id, NULL, &err));
    const struct isg_span spans[] = {{0, 1, 0}, {1, 3, 0}, {4, 1, 1}, {5, 2, 2}};
    for (int bioes = 0; bioes < 2; bioes++) {
        struct isg_ner_vocab v = {.labels = isg_strtab_new()};
        assert_ok(isg_ner_vocab_add_type(&v, "LOC", 3, bioes, &err));
        assert_ok(isg_ner_vocab_add_type(&v, "PER", 3, bioes, &err));
        uint32_t labels[8];
        isg_ner_labels_from_spans(&v, bioes, types, spans, 4, 8, labels);
        static const char *const want[2][8] = {{"B-PER", "B-PER", "I-PER", "I-PER", "O", "B-LOC", "I-LOC", "O"},
            {"S-PER", "B-PER", "I-PER", "E-PER", "O", "B-LOC", "E-LOC", "O"}};
        for (int i = 0; i < 8; i++)
            assert_string_equal(isg_strtab_get(v.labels, labels[i], NULL), want[bioes][i]);
        struct isg_span found[8];
        assert_int_equal(isg_ner_spans_from_labels(&v, labels, 8, found), 3); /* the type NEW is not known */
        assert_int_equal(found[1].first, 1);
        assert_int_equal(found[1].n, 3);
        assert_int_equal(found[2].n, 2);
        isg_ner_vocab_fini(&v);
    }
    isg_strtab_free(types);
}

static void legal_sequences(void **state)
{
    (void)state;
    struct isg_error err;
    for (int bioes = 0; bioes < 2; bioes++) {
        struct isg_ner_vocab v = {.labels = isg_strtab_new()};
        struct isg_ner_config c;
        struct isg_params *params;
        struct isg_ner_head head;
        assert_ok(isg_ner_vocab_add_type(&v, "A", 1, bioes, &err));
        assert_ok(isg_ner_vocab_add_type(&v, "B", 1, bioes, &err));
        isg_ner_config_defaults(&c);
        c.scheme = !bioes;
        assert_ok(isg_params_new(&params, &err));
        assert_ok(isg_ner_head_add(&head, params, "head", 4, v.labels, &c, NULL, &err));
        static const char *const legal[2] = {"O O|O B-A|B-A I-A|B-A O|B-A B-B|B-A B-A|I-A I-A|I-A B-A|I-A B-B|I-A O",
            "O O|O B-A|O S-A|B-A I-A|B-A E-A|I-A I-A|I-A E-A|E-A O|E-A B-A|E-A B-B|E-A S-A|E-A S-B|"
            "S-A O|S-A B-A|S-A B-B|S-A S-A|S-A S-B"};
        const uint32_t n = head.n_labels;
        for (uint32_t i = 0; i < n; i++)
            for (uint32_t j = 0; j < n; j++) {
                char pair[16], other[16];
                snprintf(
                    pair, sizeof pair, "%s %s", isg_strtab_get(v.labels, i, NULL), isg_strtab_get(v.labels, j, NULL));
                strcpy(other, pair); /* the same with A and B exchanged */
                for (char *p = other; *p; p++)
                    if (p > other && p[-1] == '-')
                        *p = *p == 'A' ? 'B' : 'A';
                bool want = false;
                for (const char *p = legal[bioes]; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
                    const size_t len = strcspn(p, "|");
                    want |= (len == strlen(pair) && memcmp(p, pair, len) == 0) ||
                            (len == strlen(other) && memcmp(p, other, len) == 0);
                }
                if (head.crf.legal.trans[i * n + j] != want)
                    fail_msg("%s: %s", pair, want ? "is forbidden" : "is allowed");
            }
        assert_true(head.crf.legal.start[0] && head.crf.legal.start[1] && !head.crf.legal.start[2]);
        assert_true(head.crf.legal.end[0] && head.crf.legal.end[1] == !bioes);
        isg_ner_head_fini(&head);
        isg_params_free(params);
        isg_ner_vocab_fini(&v);
    }
}

static void batches_share_spellings(void **state)
{
    (void)state;
    struct isg_error err;
    struct isg_ner_vocab v = {.words = isg_strtab_new(), .chars = isg_strtab_new(), .labels = isg_strtab_new()};
    struct isg_ner_forms forms;
    uint32_t id, ab, b;
    assert_ok(isg_strtab_add(v.words, "", 0, &id, NULL, &err));
    assert_ok(isg_strtab_add(v.words, "ab", 2, &id, NULL, &err));
    assert_ok(isg_strtab_add(v.chars, "", 0, &id, NULL, &err));
    assert_ok(isg_strtab_add(v.chars, "a", 1, &id, NULL, &err));
    assert_ok(isg_strtab_add(v.chars, "ñ", 2, &id, NULL, &err));
    assert_ok(isg_ner_forms_init(&forms, &v, &err));
    assert_ok(isg_ner_forms_add(&forms, "aña", 4, &ab, &err));
    assert_ok(isg_ner_forms_add(&forms, "Ab", 2, &b, &err));
    struct isg_ner_batch batch = {0};
    const uint32_t one[] = {b, ab, b}, two[] = {ab};
    for (int twice = 0; twice < 2; twice++) { /* its memory is used again */
        assert_ok(isg_ner_batch_build(
            &batch, &forms, (const uint32_t *const[]){one, two, one}, (const uint32_t[]){3, 1, 0}, NULL, 3, &err));
        assert_int_equal(batch.n_tokens, 4);
        assert_int_equal(batch.n_kinds, 2);
        assert_int_equal(batch.kind.v[0], batch.kind.v[2]);
        assert_int_equal(batch.kind.v[1], batch.kind.v[3]);
        assert_int_equal(batch.word.v[0], 1);
        assert_int_equal(batch.word.v[1], 0);
        assert_int_equal(batch.char_offset.v[2], 5);
        assert_int_equal(batch.chars.v[0], 0); /* 'A' and 'b' are unknown, 'a' and 'ñ' are not */
        assert_int_equal(batch.chars.v[3], 2);
        assert_int_equal(batch.offset.v[3], 4);
    }
    isg_ner_batch_fini(&batch);
    isg_ner_forms_fini(&forms);
    isg_ner_vocab_fini(&v);
}

static void halves_round_to_nearest_even(void **state)
{
    (void)state;
    for (uint32_t h = 0; h < 0x10000; h++) {
        const float x = isg_half_to_float((uint16_t)h);
        if (isnan(x))
            continue;
        assert_int_equal(isg_half_from_float(x), h);
    }
    assert_int_equal(isg_half_from_float(1.0f), 0x3c00);
    assert_int_equal(isg_half_from_float(-2.0f), 0xc000);
    assert_int_equal(isg_half_from_float(65504.0f), 0x7bff);
    assert_int_equal(isg_half_from_float(65519.99f), 0x7bff);
    assert_int_equal(isg_half_from_float(65520.0f), 0x7c00);
    assert_int_equal(isg_half_from_float(0x1p-25f), 0); /* a tie, to even */
    assert_int_equal(isg_half_from_float(0x1.8p-25f), 1);
    assert_int_equal(isg_half_from_float(1.0f + 0x1p-11f), 0x3c00); /* a tie, to even */
    assert_int_equal(isg_half_from_float(1.0f + 3 * 0x1p-11f), 0x3c02);
    assert_true(isnan(isg_half_to_float(isg_half_from_float(NAN))));
}

static void text_is_cut(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tokens; /* tokens separated by spaces, "|" after the end of a sentence */
    } cases[] = {
        {"Ann Lee moved to Rome.", "Ann Lee moved to Rome . |"},
        {"Stop! Dr. Who isn't here... he said.", "Stop ! | Dr. Who is n't here ... he said . |"},
        {"It's $3.50 (5%), O'Neill's well-known U.S. firm", "It 's $ 3.50 ( 5% ) , O'Neill 's well-known U.S. firm |"},
        {"¿Dónde está Málaga? ¡Aquí!", "¿ Dónde está Málaga ? | ¡ Aquí ! |"},
        {"see http://a.org/x?y=1, ok", "see http://a.org/x?y=1 , ok |"},
        {"  ", ""},
    };
    struct isg_error err;
    struct isg_tokeniser *t;
    assert_ok(isg_tokeniser_new(&t, NULL, &err));
    struct isg_tokens tokens = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *s = cases[i].text;
        char got[256] = "";
        assert_ok(isg_tokenise(t, s, strlen(s), &tokens, &err));
        for (size_t k = 0; k < tokens.n; k++) {
            snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s%s", k ? " " : "", (int)tokens.v[k].n,
                s + tokens.v[k].start, tokens.v[k].ends ? " |" : "");
            assert_int_equal(tokens.v[k].cp_start, isg_utf8_length(s, tokens.v[k].start));
            assert_int_equal(tokens.v[k].cp_end, isg_utf8_length(s, tokens.v[k].start + tokens.v[k].n));
        }
        assert_string_equal(got, cases[i].tokens);
    }
    ISG_ARRAY_FREE(tokens);
    isg_tokeniser_free(t);
    file("data.tokens", "word\t(\n");
    assert_error(isg_tokeniser_new(&t, "data.tokens", &err), ISG_EDATA, "data.tokens:1: ");
    file("data.tokens", "word\n");
    assert_error(
        isg_tokeniser_new(&t, "data.tokens", &err), ISG_EDATA, "data.tokens:1: \"word\"; expected name<TAB>pattern");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(corpora_hold_spans),
        cmocka_unit_test(open_tags_and_weights),
        cmocka_unit_test(names_are_found),
        cmocka_unit_test(feature_columns_are_read),
        cmocka_unit_test(words_fall_back),
        cmocka_unit_test(labels_and_spans_agree),
        cmocka_unit_test(legal_sequences),
        cmocka_unit_test(batches_share_spellings),
        cmocka_unit_test(halves_round_to_nearest_even),
        cmocka_unit_test(text_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
