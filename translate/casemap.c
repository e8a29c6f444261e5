/* Words in another letter case: by ICU where the program has it, else letter by letter. */
#include "translate/translate.h"

struct isg_case_map {
    struct isg_icu_casing *icu; /* or NULL */
};

enum isg_status isg_case_map_new(struct isg_case_map **out, const char *locale, struct isg_error *err)
{
    *out = isg_calloc(1, sizeof **out);
    if (!*out)
        return isg_error_nomem(err, "the letter case of a language");
    const enum isg_status status = isg_icu_casing_new(&(*out)->icu, locale, err);
    if (status != ISG_OK) {
        isg_free(*out);
        *out = NULL;
    }
    return status;
}

void isg_case_map_free(struct isg_case_map *map)
{
    if (map)
        isg_icu_casing_free(map->icu);
    isg_free(map);
}

char *isg_case_map_apply(const struct isg_case_map *map, enum isg_case_to to, const char *s, size_t n, size_t *out_n)
{
    if (map->icu)
        return isg_icu_casing_apply(map->icu, to, s, n, out_n);
    return to == ISG_TO_UPPER   ? isg_utf8_upper(s, n, out_n)
           : to == ISG_TO_TITLE ? isg_utf8_capitalise(s, n, out_n)
                                : isg_utf8_lower(s, n, out_n);
}
