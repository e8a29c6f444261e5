/* Published transfer systems as presets. */
#include "ner/transfer/modes.h"

#include <string.h>

#define LIST(...) ((const char *const[]){__VA_ARGS__, NULL})
#define NONE ((const char *const[]){NULL})
/* DATNet's tagger; word vectors are fixed. */
#define DATNET_TAGGER LIST("optimiser=adam", "lr=0.001", "word_lr=0", "dropout_char=0", "dropout_in=0.2")

/* What each mode sets, and what it sets in the tagger. */
static const struct {
    const char *name;
    const char *const *set, *const *tagger;
} modes[] = {
    {"base", NONE, NONE},
    /* whether words carry over is one of the paper's questions */
    {"init", LIST("pretrain=true", "share_words=false"), NONE},
    {"mult", LIST("joint=true", "p_source=0.5"), NONE},
    {"mult-init", LIST("pretrain=true", "joint=true", "p_source=0.5"), NONE},
    {"adapt", LIST("pretrain=true", "word_adaptation=true", "sal=true", "oal=true", "share_words=false", "psi=0.6"),
        NONE},
    /* the tasks take turns */
    {"at",
        LIST("joint=true", "p_source=0.5", "private=true", "adversary=ad", "pool_max=true", "lambda=0.06", "reverse=1"),
        LIST("attention=heads", "attention_heads=8", "attention_join=replace", "hidden=120")},
    /* sharing of transitions is from the code; the paper does not say */
    {"datnet-f", LIST("joint=true", "adversary=grad", "epsilon=5", "epsilon_char=5", "share=transitions"),
        DATNET_TAGGER},
    {"datnet-p",
        LIST("joint=true", "private=true", "adversary=grad", "epsilon=5", "epsilon_char=5", "share=transitions"),
        DATNET_TAGGER},
    {"translate", LIST("pretrain=true", "share=head"), NONE},
};
#define N_MODES (sizeof modes / sizeof *modes)

const char *isg_ner_transfer_mode_name(size_t i)
{
    return i < N_MODES ? modes[i].name : NULL;
}

static enum isg_status no_such_mode(const char *mode, struct isg_error *err)
{
    struct isg_text names = {0};
    for (size_t i = 0; i < N_MODES; i++)
        isg_text_put(&names, "%s%s", modes[i].name, i + 2 < N_MODES ? ", " : i + 1 < N_MODES ? " or " : "");
    char *const text = isg_text_finish(&names);
    (void)isg_error_set(err, ISG_EUSAGE, NULL, 0, "no transfer mode \"%s\"", mode);
    (void)isg_error_expected(err, "%s", text ? text : "one of the modes that the help lists");
    isg_free(text);
    return ISG_EUSAGE;
}

enum isg_status isg_ner_transfer_mode(
    struct isg_ner_transfer_config *out, struct isg_ner_config *tagger, const char *mode, struct isg_error *err)
{
    isg_ner_transfer_defaults(out);
    for (size_t i = 0; i < N_MODES; i++)
        if (strcmp(modes[i].name, mode) == 0) {
            ISG_TRY(isg_ner_keys_set_all(isg_ner_transfer_keys(), out, modes[i].set, err));
            return isg_ner_keys_set_all(isg_ner_keys(), tagger, modes[i].tagger, err);
        }
    return no_such_mode(mode, err);
}
