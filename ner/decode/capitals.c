/* Finds words that are written like names, and forbids O on them. */
#include "ner/decode/capitals.h"

#include <string.h>

static bool begins_sentence_after(const char *word, size_t n)
{
    static const char *const signs[] = {".", ":", "?", "!", "...", "…", "-", "--", "–", "—", "\"", "'", "``", "''", "«",
        "»", "“", "”", "‘", "’", "„", "¿", "¡"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strlen(signs[i]) == n && memcmp(signs[i], word, n) == 0)
            return true;
    return false;
}

static bool is_numeral(const char *word, size_t n)
{
    size_t i = 0;
    while (i < n && (word[i] == 'I' || word[i] == 'V' || word[i] == 'X'))
        i++;
    return i == n;
}

void isg_ner_capitals(
    const struct isg_ner_ensemble *e, const uint32_t *tokens, uint32_t n, uint32_t n_labels, uint8_t *allowed)
{
    uint32_t cased = 0, upper = 0;
    for (uint32_t i = 0; i < n; i++) {
        size_t len;
        const char *const word = isg_ner_ensemble_word(e, tokens[i], &len);
        const enum isg_case c = isg_utf8_case(word, len);
        cased += c != ISG_CASE_NONE;
        upper += c == ISG_CASE_UPPER;
    }
    if (2 * upper > cased)
        return;
    for (uint32_t i = 1; i < n; i++) {
        size_t len, before_len;
        const char *const word = isg_ner_ensemble_word(e, tokens[i], &len), *const before = isg_ner_ensemble_word(
                                                                                e, tokens[i - 1], &before_len);
        const enum isg_case c = isg_utf8_case(word, len);
        if ((c != ISG_CASE_TITLE && c != ISG_CASE_UPPER) || isg_utf8_length(word, len) < 2 || is_numeral(word, len) ||
            begins_sentence_after(before, before_len))
            continue;
        uint8_t *const may = allowed + (size_t)i * n_labels;
        for (uint32_t y = 1; y < n_labels; y++)
            if (may[y]) {
                may[0] = 0;
                break;
            }
    }
}
