/* Tables of settings and all that is derived from them; the table of a tagger's settings and its presets. */
#include "ner/config.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables of settings ---- */

static void store(void *of, const struct isg_ner_key *key, double value)
{
    char *at = (char *)of + key->offset;
    if (key->kind == ISG_KEY_REAL)
        memcpy(at, &value, sizeof value);
    else if (key->kind == ISG_KEY_BOOL)
        *(bool *)at = value != 0;
    else
        memcpy(at, &(int64_t){(int64_t)value}, sizeof(int64_t));
}

static double fetch(const void *of, const struct isg_ner_key *key)
{
    const char *at = (const char *)of + key->offset;
    if (key->kind == ISG_KEY_REAL) {
        double value;
        memcpy(&value, at, sizeof value);
        return value;
    }
    if (key->kind == ISG_KEY_BOOL)
        return *(const bool *)at;
    int64_t value;
    memcpy(&value, at, sizeof value);
    return (double)value;
}

void isg_ner_keys_defaults(const struct isg_ner_key *keys, void *of)
{
    for (const struct isg_ner_key *k = keys; k->name; k++)
        store(of, k, k->fallback);
}

/* The value of a choice by its name, or -1. */
static double choice_index(const char *choices, const char *value, size_t n)
{
    double index = 0;
    for (const char *p = choices; p; index++) {
        const char *bar = strchr(p, '|');
        const size_t len = bar ? (size_t)(bar - p) : strlen(p);
        if (len == n && memcmp(p, value, n) == 0)
            return index;
        p = bar ? bar + 1 : NULL;
    }
    return -1;
}

static enum isg_status out_of_range(const struct isg_ner_key *key, const char *value, struct isg_error *err)
{
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s=%s", key->name, value);
    switch (key->kind) {
    case ISG_KEY_BOOL:
        return isg_error_expected(err, "true or false");
    case ISG_KEY_CHOICE:
        return isg_error_expected(err, "one of %s", key->choices);
    case ISG_KEY_INT:
        return isg_error_expected(err, "a whole number from %.0f to %.0f", key->min, key->max);
    case ISG_KEY_REAL:
        break;
    }
    return isg_error_expected(err, "a number from %g to %g", key->min, key->max);
}

static enum isg_status set_text(void *of, const struct isg_ner_key *key, const char *value, struct isg_error *err)
{
    double number;
    if (key->kind == ISG_KEY_CHOICE) {
        number = choice_index(key->choices, value, strlen(value));
        if (number < 0)
            return out_of_range(key, value, err);
    } else if (key->kind == ISG_KEY_BOOL) {
        if (strcmp(value, "true") == 0 || strcmp(value, "yes") == 0 || strcmp(value, "1") == 0)
            number = 1;
        else if (strcmp(value, "false") == 0 || strcmp(value, "no") == 0 || strcmp(value, "0") == 0)
            number = 0;
        else
            return out_of_range(key, value, err);
    } else {
        char *end;
        errno = 0;
        number = strtod(value, &end);
        if (end == value || *end || errno == ERANGE || !(number >= key->min && number <= key->max) ||
            (key->kind == ISG_KEY_INT && number != floor(number)))
            return out_of_range(key, value, err);
    }
    store(of, key, number);
    return ISG_OK;
}

const struct isg_ner_key *isg_ner_keys_find(const struct isg_ner_key *keys, const char *name, size_t n)
{
    for (const struct isg_ner_key *k = keys; k->name; k++)
        if (strlen(k->name) == n && memcmp(k->name, name, n) == 0)
            return k;
    return NULL;
}

static enum isg_status unknown_key(const struct isg_ner_key *keys, const char *name, size_t n, struct isg_error *err)
{
    enum { MOST = 128 };
    const char *names[MOST + 1], *near;
    size_t count = 0;
    for (; keys[count].name && count < MOST; count++)
        names[count] = keys[count].name;
    names[count] = NULL;
    char *const wrong = isg_strndup(name, n);
    if (!wrong)
        return isg_error_nomem(err, "a setting");
    near = isg_did_you_mean(wrong, names);
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "no setting \"%s\"", wrong);
    isg_free(wrong);
    return near ? isg_error_advice(err, "did you mean \"%s\"?", near) : ISG_EUSAGE;
}

enum isg_status isg_ner_keys_set(
    const struct isg_ner_key *keys, void *of, const char *assignment, struct isg_error *err)
{
    const char *const eq = strchr(assignment, '=');
    if (!eq) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "setting \"%s\"", assignment);
        return isg_error_expected(err, "key=value");
    }
    const size_t n = (size_t)(eq - assignment);
    const struct isg_ner_key *const key = isg_ner_keys_find(keys, assignment, n);
    return key ? set_text(of, key, eq + 1, err) : unknown_key(keys, assignment, n, err);
}

enum isg_status isg_ner_keys_set_all(
    const struct isg_ner_key *keys, void *of, const char *const *assignments, struct isg_error *err)
{
    for (; *assignments; assignments++)
        ISG_TRY(isg_ner_keys_set(keys, of, *assignments, err));
    return ISG_OK;
}

void isg_ner_keys_value(const void *of, const struct isg_ner_key *key, char *out, size_t n)
{
    const double value = fetch(of, key);
    if (key->kind == ISG_KEY_CHOICE) {
        const char *p = key->choices;
        for (int64_t i = 0; i < (int64_t)value; i++)
            p = strchr(p, '|') + 1;
        snprintf(out, n, "%.*s", (int)strcspn(p, "|"), p);
    } else if (key->kind == ISG_KEY_BOOL) {
        snprintf(out, n, "%s", value != 0 ? "true" : "false");
    } else {
        snprintf(out, n, "%.15g", value);
    }
}

char *isg_ner_keys_json(const struct isg_ner_key *keys, const void *of)
{
    json_t *o = json_object();
    bool ok = o != NULL;
    for (const struct isg_ner_key *k = keys; ok && k->name; k++) {
        char text[64];
        isg_ner_keys_value(of, k, text, sizeof text);
        const double value = fetch(of, k);
        json_t *v = k->kind == ISG_KEY_CHOICE ? json_string(text)
                    : k->kind == ISG_KEY_BOOL ? json_boolean(value != 0)
                    : k->kind == ISG_KEY_INT  ? json_integer((json_int_t)value)
                                              : json_real(value);
        ok = v && json_object_set_new(o, k->name, v) == 0;
    }
    char *text = ok ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(o);
    char *copy = text ? isg_strndup(text, strlen(text)) : NULL;
    isg_reserve_free(text);
    return copy;
}

/* ---- a tagger's settings ---- */

#define AT(field) offsetof(struct isg_ner_config, field)
/* clang-format off */
#define INT(field, def, lo, hi, text) {.name = #field, .kind = ISG_KEY_INT, .offset = AT(field), .fallback = def, .min = lo, .max = hi, .help = text}
#define REAL(field, def, lo, hi, text) {.name = #field, .kind = ISG_KEY_REAL, .offset = AT(field), .fallback = def, .min = lo, .max = hi, .help = text}
#define BOOL(field, def, text) {.name = #field, .kind = ISG_KEY_BOOL, .offset = AT(field), .fallback = def, .max = 1, .help = text}
#define CHOICE(field, def, names, text) {.name = #field, .kind = ISG_KEY_CHOICE, .offset = AT(field), .fallback = def, .choices = names, .help = text}
/* clang-format on */

static const struct isg_ner_key tagger_keys[] = {
    CHOICE(scheme, ISG_LABELS_BIOES, "bioes|bio",
        "labels that the tagger learns; its output has the scheme of the training text"),
    INT(word_dim, 100, 1, 4096, "size of word embeddings where no vectors are given"),
    INT(word_min_count, 1, 1, 1000000,
        "occurrences that a training word without a vector needs to get its own embedding"),
    INT(vectors_max, 400000, 0, 100000000, "most frequent vectors kept for words unseen in training"),
    REAL(word_norm, 0, 0, 1000, "mean norm that word vectors are scaled to; 0 = not scaled"),
    REAL(word_lr, 1, 0, 100, "learning rate of word embeddings, relative to the others; 0 = fixed"),
    REAL(unk_rate, 0.5, 0, 1, "probability that a training word seen once and without a vector becomes unknown"),
    REAL(word_dropout, 0, 0, 0.99, "dropout of whole tokens"),
    CHOICE(chars, ISG_CHAR_CNN, "none|cnn|lstm|both", "character encoder"),
    INT(char_dim, 30, 1, 1024, "size of character embeddings"),
    INT(char_filters, 50, 1, 4096, "filters of the character CNN"),
    INT(char_width, 3, 1, 15, "width of the character CNN's filters"),
    INT(char_hidden, 25, 1, 1024, "units of the character LSTM, each direction"),
    INT(char_min_count, 2, 1, 1000000, "characters seen less often in training are unknown"),
    INT(shape_dim, 0, 0, 256, "size of embeddings of the word's shape (casing, digits); 0 = none"),
    INT(feature_dim, 10, 1, 256, "size of embeddings of each feature column and of the gazetteer's marks"),
    INT(hidden, 100, 1, 4096, "units of the LSTM, each direction"), INT(layers, 1, 1, 8, "stacked BiLSTM layers"),
    INT(private_hidden, 0, 0, 4096,
        "units of a private BiLSTM beside the shared one, each direction; 0 = none (transfer)"),
    INT(sal_hidden, 0, 0, 4096, "units of the sentence adaptation BiLSTM over word embeddings; 0 = none (transfer)"),
    INT(oal_hidden, 0, 0, 4096, "units of the output adaptation BiLSTM before the CRF; 0 = none (transfer)"),
    BOOL(adapt_residual, 0, "adaptation layers add to their input instead of replacing it (transfer)"),
    REAL(forget_bias, 1, -10, 10, "initial bias of the LSTM's forget gates"),
    CHOICE(attention, ISG_ATTENTION_NONE, "none|xie|heads", "self-attention on top of the BiLSTM"),
    CHOICE(attention_mask, 0, "paper|code|clean", "masking of a word's attention to itself (xie)"),
    INT(attention_heads, 4, 1, 64, "heads (attention=heads); must divide 2 * hidden"),
    CHOICE(attention_join, ISG_JOIN_CONCAT, "concat|replace|add",
        "attention's output is joined to the BiLSTM's, replaces it, or is added to it"),
    CHOICE(transitions, ISG_TRANSITIONS_CONSTANT, "constant|input", "transition scores of the CRF"),
    BOOL(legal, 1, "forbid illegal label sequences at training and decoding"),
    REAL(dropout_char, 0.5, 0, 0.99, "dropout of the character encoder's input"),
    REAL(dropout_in, 0.5, 0, 0.99, "dropout of the encoder's input"),
    REAL(dropout_out, 0.5, 0, 0.99, "dropout of each BiLSTM layer's output"),
    REAL(dropout_attention, 0.5, 0, 0.99, "dropout of the attention's output"),
    BOOL(variational, 0, "one dropout mask per sentence instead of one per token"), REAL(l2, 1e-8, 0, 10, "L2 penalty"),
    CHOICE(optimiser, 0, "sgd|adam|adamw", "optimiser"),
    REAL(lr, 0.015, 1e-9, 100, "learning rate (the loss is the mean over a batch's sentences)"),
    REAL(momentum, 0.9, 0, 0.9999, "momentum of SGD"), REAL(weight_decay, 0, 0, 10, "weight decay of AdamW"),
    REAL(clip, 5, 0, 1e9, "largest norm of the gradient; 0 = no clipping"),
    REAL(average, 0, 0, 1, "weight averaging: 0 none, below 1 running average with this decay, 1 mean"),
    CHOICE(schedule, 1, "constant|inverse|exp|cosine|linear", "learning rate schedule"),
    REAL(decay, 0.05, 0, 100, "decay per epoch of the inverse and exp schedules"),
    REAL(warmup, 0, 0, 0.99, "share of the run with a learning rate rising from 0"),
    INT(batch, 10, 1, 100000, "sentences in a batch"), INT(epochs, 50, 1, 100000, "epochs, at most"),
    INT(patience, 10, 0, 100000, "stop after this many epochs without a better dev F1; 0 = never"),
    INT(shards, 2, 1, 64, "parts of a batch computed in parallel; changes results, unlike the number of threads"),
    BOOL(calibrate, 1, "fit a temperature to dev, so that probabilities match the tagger's accuracy"), {0}};

const struct isg_ner_key *isg_ner_keys(void)
{
    return tagger_keys;
}

void isg_ner_config_defaults(struct isg_ner_config *c)
{
    memset(c, 0, sizeof *c);
    isg_ner_keys_defaults(tagger_keys, c);
}

enum isg_status isg_ner_config_set(struct isg_ner_config *c, const char *assignment, struct isg_error *err)
{
    const enum isg_status status = isg_ner_keys_set(tagger_keys, c, assignment, err);
    return status == ISG_EUSAGE && !*err->advice && !*err->expected
               ? isg_error_advice(err, "--list-settings shows them all")
               : status;
}

void isg_ner_config_value(const struct isg_ner_config *c, const struct isg_ner_key *key, char *out, size_t n)
{
    isg_ner_keys_value(c, key, out, n);
}

char *isg_ner_config_json(const struct isg_ner_config *c)
{
    return isg_ner_keys_json(tagger_keys, c);
}

struct preset {
    const char *name;
    const char *const *set;
};
static const struct preset presets[] = {
    {"default", (const char *const[]){NULL}},
    /* Yang & Zhang 2018 (NCRF++): their loss is the sum over the batch of 10, ours the mean, hence ten times
       the rate */
    {"ncrfpp", (const char *const[]){"scheme=bioes", "shape_dim=0", "char_filters=50", "lr=0.15", "momentum=0",
                   "decay=0.05", "clip=0", "dropout_char=0.5", NULL}},
    /* Xie et al. 2018, section 2.3 and their code */
    {"xie2018", (const char *const[]){"scheme=bio", "word_lr=0", "chars=lstm", "char_dim=25", "char_hidden=50",
                    "hidden=200", "attention=xie", "attention_mask=paper", "transitions=input", "shape_dim=0",
                    "dropout_char=0", "epochs=30", "patience=0", NULL}},
    {"small", (const char *const[]){"char_dim=16", "char_filters=24", "hidden=48", "optimiser=adam", "lr=0.002",
                  "schedule=constant", "dropout_char=0.2", "dropout_in=0.3", "dropout_out=0.3", "epochs=20",
                  "patience=5", NULL}},
};
#define N_PRESETS (sizeof presets / sizeof *presets)

enum isg_status isg_ner_config_preset(struct isg_ner_config *c, const char *name, struct isg_error *err)
{
    for (size_t i = 0; i < N_PRESETS; i++) {
        if (strcmp(presets[i].name, name) != 0)
            continue;
        return isg_ner_keys_set_all(tagger_keys, c, presets[i].set, err);
    }
    isg_error_set(err, ISG_EUSAGE, NULL, 0, "no preset \"%s\"", name);
    return isg_error_expected(err, "default, ncrfpp, xie2018 or small");
}

enum isg_status isg_ner_config_from_json(
    struct isg_ner_config *c, const char *json, const char *path, struct isg_error *err)
{
    json_error_t at;
    json_t *o = json_loads(json, JSON_REJECT_DUPLICATES, &at);
    if (!json_is_object(o)) {
        json_decref(o);
        return isg_error_set(err, ISG_EDATA, path, 0, "the model's configuration cannot be read: %s", at.text);
    }
    isg_ner_config_defaults(c);
    enum isg_status status = ISG_OK;
    const char *name;
    json_t *v;
    json_object_foreach(o, name, v)
    {
        const struct isg_ner_key *key = isg_ner_keys_find(tagger_keys, name, strlen(name));
        if (!key) {
            isg_error_set(
                err, ISG_EDATA, path, 0, "the model has a setting \"%s\" that this version does not know", name);
            status = isg_error_advice(err, "use the version of isogloss that made it, or a newer one");
            break;
        }
        char text[64];
        if (json_is_string(v))
            snprintf(text, sizeof text, "%s", json_string_value(v));
        else if (json_is_boolean(v))
            snprintf(text, sizeof text, "%s", json_is_true(v) ? "true" : "false");
        else
            snprintf(text, sizeof text, "%.17g", json_number_value(v));
        if (set_text(c, key, text, err) != ISG_OK) {
            err->status = ISG_EDATA;
            snprintf(err->file, sizeof err->file, "%s", path);
            status = ISG_EDATA;
            break;
        }
    }
    json_decref(o);
    return status;
}

char *isg_ner_config_help(const struct isg_ner_config *c)
{
    struct isg_text out = {0};
    for (const struct isg_ner_key *k = tagger_keys; k->name; k++) {
        char value[64], range[96];
        isg_ner_config_value(c, k, value, sizeof value);
        if (k->kind == ISG_KEY_CHOICE)
            snprintf(range, sizeof range, "%s", k->choices);
        else if (k->kind == ISG_KEY_BOOL)
            snprintf(range, sizeof range, "true|false");
        else
            snprintf(range, sizeof range, "%g .. %g", k->min, k->max);
        isg_text_put(&out, "%s=%s\t%s\t%s\n", k->name, value, range, k->help);
    }
    return isg_text_finish(&out);
}
