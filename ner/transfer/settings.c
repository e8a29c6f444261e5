/* The table of transfer settings, and which of them have an effect. */
#include "ner/transfer/settings.h"

#include <stdio.h>
#include <string.h>

#define AT(field) offsetof(struct isg_ner_transfer_config, field)
/* clang-format off */
#define INT(field, def, lo, hi, ...) {.name = #field, .kind = ISG_KEY_INT, .offset = AT(field), .fallback = def, .min = lo, .max = hi, .help = __VA_ARGS__}
#define REAL(field, def, lo, hi, ...) {.name = #field, .kind = ISG_KEY_REAL, .offset = AT(field), .fallback = def, .min = lo, .max = hi, .help = __VA_ARGS__}
#define BOOL(field, def, ...) {.name = #field, .kind = ISG_KEY_BOOL, .offset = AT(field), .fallback = def, .max = 1, .help = __VA_ARGS__}
#define CHOICE(field, def, names, ...) {.name = #field, .kind = ISG_KEY_CHOICE, .offset = AT(field), .fallback = def, .choices = names, .help = __VA_ARGS__}
static const struct isg_ner_key keys[] = {
    BOOL(pretrain, 0, "train on the sources alone first", .group = "Phases"),
    INT(pretrain_epochs, 10, 1, 100000, "epochs on the sources alone, at most", .needs = "pretrain"),
    BOOL(joint, 0, "draw source batches in the target phase, too"),
    REAL(p_source, 0, 0, 0.999, "probability of a source batch; 0 = by the square roots of the sizes", .needs = "joint"),
    REAL(p_source_end, -1, -1, 0.999, "its value in the last epoch, reached linearly; negative = no change", .needs = "joint"),
    INT(epoch_batches, 100, 1, 1000000, "batches in an epoch, at least; small corpora are repeated"),
    {.name = "private", .kind = ISG_KEY_BOOL, .offset = AT(private_encoder), .max = 1,
        .help = "private encoders of source and target in addition to the shared one", .group = "Parts"},
    CHOICE(share, ISG_SHARE_NONE, "none|transitions|head", "share the CRF's transitions, or the whole head"),
    BOOL(share_words, 1, "one word table for texts with the same vector file, or with none"),
    CHOICE(adversary, ISG_ADVERSARY_NONE, "none|ad|grad", "discriminator on the shared features, by gradient reversal"),
    BOOL(pool_max, 0, "discriminator: max pooling over time (Cao), not attention (Zhou)", .needs = "adversary"),
    REAL(lambda, 1, 0, 1000, "weight of the discriminator loss", .needs = "adversary"),
    REAL(reverse, 0.7, 0, 1000, "coefficient of the gradient reversal", .needs = "adversary"),
    BOOL(ramp, 0, "raise that coefficient from 0 (Ganin & Lempitsky)", .needs = "adversary"),
    REAL(alpha, 0.25, 0, 1, "GRAD: weight of source sentences; target sentences have 1 - alpha", .needs = "adversary=grad"),
    REAL(gamma, 2, 0, 20, "GRAD: focus on hard sentences", .needs = "adversary=grad"),
    REAL(epsilon, 0, 0, 1000000, "norm of the perturbation of a sentence's word embeddings; 0 = none"),
    REAL(epsilon_char, 0, 0, 1000000, "norm of the perturbation of its character embeddings; 0 = none"),
    BOOL(epsilon_relative, 0, "measure both in mean norms of an embedding", .needs = "epsilon|epsilon_char"),
    BOOL(word_adaptation, 0, "map target vectors into the source's space (Lin & Lu)"),
    INT(pivots, 5000, 1, 1000000000, "most frequent words among which those spelt alike fit that map", .needs = "word_adaptation"),
    BOOL(sal, 0, "sentence adaptation layer of the target"),
    BOOL(oal, 0, "output adaptation layer of the target"),
    REAL(psi, 1, 0, 1, "learning rate of pretrained parts, relative to new ones; 0 = frozen", .group = "Carried over",
        .needs = "pretrain"),
    BOOL(copy_words, 0, "target words that the source has learnt start from its rows", .needs = "pretrain"),
    BOOL(copy_labels, 0, "labels of both start from the source's rows", .needs = "pretrain"),
    BOOL(keep_encoder, 1, "keep the pretrained encoder; otherwise reinitialise it", .needs = "pretrain"),
    BOOL(keep_chars, 1, "keep the pretrained character encoder; otherwise reinitialise it", .needs = "pretrain"),
    REAL(l2_start, 0, 0, 1000, "L2 penalty on the distance from the pretrained weights", .needs = "pretrain"),
    {0}};
/* clang-format on */

const struct isg_ner_key *isg_ner_transfer_keys(void)
{
    return keys;
}

void isg_ner_transfer_defaults(struct isg_ner_transfer_config *c)
{
    memset(c, 0, sizeof *c);
    isg_ner_keys_defaults(keys, c);
}

char *isg_ner_transfer_json(const struct isg_ner_transfer_config *c)
{
    return isg_ner_keys_json(keys, c);
}

/* ---- effect ---- */

static bool is_off(const char *value)
{
    return strcmp(value, "false") == 0 || strcmp(value, "none") == 0 || strcmp(value, "0") == 0;
}

/* One alternative of `needs`, n bytes. */
static bool holds(const struct isg_ner_transfer_config *c, const char *need, size_t n)
{
    char value[64];
    const size_t name = strcspn(need, "=!|");
    isg_ner_keys_value(c, isg_ner_keys_find(keys, need, name), value, sizeof value);
    if (name == n)
        return !is_off(value);
    const bool different = need[name] == '!';
    const char *const wanted = need + name + 1 + different;
    const size_t len = n - (size_t)(wanted - need);
    return (strlen(value) == len && memcmp(value, wanted, len) == 0) != different;
}

/* An option as it is written: "--copy-words". */
static void put_option(struct isg_text *t, const char *name, size_t n)
{
    isg_text_put(t, "--");
    for (size_t i = 0; i < n; i++)
        isg_text_put(t, "%c", name[i] == '_' ? '-' : name[i]);
}

static enum isg_status no_effect(const struct isg_ner_key *k, struct isg_error *err)
{
    struct isg_text option = {0}, needs = {0};
    put_option(&option, k->name, strlen(k->name));
    for (const char *p = k->needs; *p;) {
        const size_t n = strcspn(p, "|"), name = strcspn(p, "=|");
        put_option(&needs, p, name);
        isg_text_put(&needs, "%s%.*s", name < n ? " " : "", name < n ? (int)(n - name - 1) : 0, p + name + 1);
        isg_text_put(&needs, "%s", p[n] ? " or " : "");
        p += n + (p[n] != 0);
    }
    char *const a = isg_text_finish(&option), *const b = isg_text_finish(&needs);
    if (a && b) {
        (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "%s has no effect without %s", a, b);
        (void)isg_error_advice(err, "leave %s out, or add %s", a, b);
    } else {
        (void)isg_error_nomem(err, "the options");
    }
    isg_free(a);
    isg_free(b);
    return err->status;
}

enum isg_status isg_ner_transfer_check(const struct isg_ner_transfer_config *c,
    bool (*given)(const void *cookie, const char *name), const void *cookie, struct isg_error *err)
{
    for (const struct isg_ner_key *k = keys; k->name; k++) {
        bool good = !k->needs;
        for (const char *p = k->needs; p && !good; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
            good = holds(c, p, strcspn(p, "|"));
        char value[64];
        isg_ner_keys_value(c, k, value, sizeof value);
        const bool turns_off = k->kind == ISG_KEY_BOOL && k->fallback == 0 && is_off(value);
        if (!good && !turns_off && given(cookie, k->name))
            return no_effect(k, err);
    }
    return ISG_OK;
}
