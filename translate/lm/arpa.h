/** @file translate/lm/arpa.h  ARPA files of back-off models. */
#ifndef ISG_TRANSLATE_LM_ARPA_H
#define ISG_TRANSLATE_LM_ARPA_H
#include "translate/lm/lm.h"

ISG_MUST_CHECK enum isg_status isg_lm_read_arpa(
    struct isg_lm **out, struct isg_reader *r, const struct isg_env *env, struct isg_error *err);
ISG_MUST_CHECK enum isg_status isg_lm_write_arpa(
    const struct isg_lm *lm, const char *path, bool force, struct isg_error *err);

#endif
