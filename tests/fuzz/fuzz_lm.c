/* Language models, ARPA and binary: what is let in gives log-probabilities that are numbers. */
#include "tests/fuzz/fuzz.h"
#include "translate/translate.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct isg_lm *lm = NULL;
    const struct isg_env env = {0};
    struct isg_error err = {0};
    const enum isg_status status = isg_lm_load(&lm, fuzz_file(data, n), &env, &err);
    if (status != ISG_OK) {
        FUZZ_CHECK(!lm);
        fuzz_check_refusal(status, &err);
        return 0;
    }
    struct isg_lm_state state;
    isg_lm_begin(lm, &state);
    static const char *const words[] = {"a", "b", "a", "", "\xff"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        FUZZ_CHECK(!isnan(isg_lm_score(lm, &state, isg_lm_word(lm, words[i], strlen(words[i])), &state)));
    isg_lm_free(lm);
    return 0;
}
