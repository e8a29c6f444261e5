/* The published transfer modes as settings of one trainer. */
#include "ner/engine/optim.h"
#include "ner/transfer/transfer.h"

#include <string.h>

const char *const isg_ner_transfer_modes[] = {
    "base", "init", "mult", "mult-init", "adapt", "at", "datnet-f", "datnet-p", "translate", NULL};

enum isg_status isg_ner_transfer_mode(
    struct isg_ner_transfer_config *out, struct isg_ner_config *tagger, const char *mode, struct isg_error *err)
{
    *out = (struct isg_ner_transfer_config){.pretrain_epochs = 10,
        .p_source_end = -1,
        .share_words = true,
        .epoch_batches = 100,
        .lambda = 1,
        .reverse = 0.7,
        .alpha = 0.25,
        .gamma = 2,
        .pivots = 5000,
        .psi = 1,
        .keep_encoder = true,
        .keep_chars = true};
    if (strcmp(mode, "base") == 0) {
        return ISG_OK;
    } else if (strcmp(mode, "init") == 0) {
        out->pretrain = true;
        out->share_words = false; /* whether they go over is one of the questions */
    } else if (strcmp(mode, "translate") == 0) {
        out->pretrain = true;
        out->share = ISG_SHARE_HEAD;
    } else if (strcmp(mode, "mult") == 0) {
        out->joint = true;
        out->p_source = 0.5;
    } else if (strcmp(mode, "mult-init") == 0) {
        out->pretrain = out->joint = true;
        out->p_source = 0.5;
    } else if (strcmp(mode, "adapt") == 0) {
        out->pretrain = out->word_adaptation = out->sal = out->oal = true;
        out->share_words = false;
        out->psi = 0.6;
    } else if (strcmp(mode, "at") == 0) {
        out->joint = out->private_encoder = out->pool_max = true;
        out->adversary = ISG_ADVERSARY_AD;
        out->lambda = 0.06;
        out->p_source = 0.5; /* the tasks take turns */
        out->reverse = 1;
        tagger->attention = ISG_ATTENTION_HEADS;
        tagger->attention_heads = 8;
        tagger->attention_join = ISG_JOIN_REPLACE;
        tagger->hidden = 120;
    } else if (strcmp(mode, "datnet-f") == 0 || strcmp(mode, "datnet-p") == 0) {
        out->joint = true;
        out->private_encoder = mode[7] == 'p';
        out->adversary = ISG_ADVERSARY_GRAD;
        out->epsilon = out->epsilon_char = 5;
        out->share = ISG_SHARE_TRANSITIONS; /* by the code; the paper does not say */
        tagger->optimiser = ISG_ADAM;
        tagger->lr = 0.001;
        tagger->word_lr = 0; /* word vectors are fixed */
        tagger->dropout_char = 0;
        tagger->dropout_in = 0.2;
    } else {
        isg_error_set(err, ISG_EUSAGE, NULL, 0, "no transfer mode \"%s\"", mode);
        return isg_error_expected(err, "base, init, mult, mult-init, adapt, at, datnet-f, datnet-p or translate");
    }
    return ISG_OK;
}
